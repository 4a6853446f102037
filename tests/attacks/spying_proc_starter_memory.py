# attack: /proc/PID/mem
# group: spying
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    import os
    raise ValueError(open(f'/proc/@ME@/mem', 'rb').read(3000))
