# attack: os.environ
# group: spying
# wall: language; alone: empty environment

def compute_reward(x):
    import os
    raise ValueError(dict(os.environ))
