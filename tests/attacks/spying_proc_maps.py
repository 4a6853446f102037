# attack: /proc/self/maps
# group: spying
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    import os
    raise ValueError(open(f'/proc/self/maps', 'rb').read(3000))
