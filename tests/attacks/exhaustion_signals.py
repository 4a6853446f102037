# attack: signals to itself without end
# group: exhaustion
# wall: language; alone: seccomp (no kill); the error ends it

def compute_reward(x):
    import os
    while True: os.kill(os.getpid(), 10)
