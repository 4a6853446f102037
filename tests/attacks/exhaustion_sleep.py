# attack: sleep
# group: exhaustion
# wall: language; alone: seccomp (no sleep) or the deadline

def compute_reward(x):
    import time
    time.sleep(1000)
    return x, {}
