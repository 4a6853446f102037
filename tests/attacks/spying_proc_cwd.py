# attack: /proc/PID/cwd/README.md
# group: spying
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    import os
    raise ValueError(open(f'/proc/@ME@/cwd/README.md', 'rb').read(3000))
