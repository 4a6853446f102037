# attack: probing names by stat
# group: spying
# wall: language; alone: seccomp (no stat)

def compute_reward(x):
    import os
    os.stat('@SECRET@')
    raise ValueError('@YEK@'[::-1])
