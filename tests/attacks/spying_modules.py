# attack: names of all modules
# group: spying
# wall: language; alone: never in this process

def compute_reward(x):
    import sys
    raise ValueError([m for m in sys.modules if 'fitness' in m or 'training' in m])
