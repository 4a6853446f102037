# attack: the environment's own file
# group: spying
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    import rewardsmith
    raise ValueError(open(rewardsmith.__path__[0] + '/environments.py').read())
