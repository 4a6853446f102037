# attack: /proc/PID/environ
# group: spying
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    import os
    raise ValueError(open(f'/proc/@ME@/environ', 'rb').read(3000))
