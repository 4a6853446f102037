# attack: /proc/PID/root@SECRET@
# group: spying
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    import os
    raise ValueError(open(f'/proc/@ME@/root@SECRET@', 'rb').read(3000))
