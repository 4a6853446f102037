# attack: /proc/PID/cmdline
# group: spying
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    import os
    raise ValueError(open(f'/proc/@ME@/cmdline', 'rb').read(3000))
