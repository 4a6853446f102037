# attack: closing the channel
# group: tampering
# wall: language; alone: seccomp (no close)

def compute_reward(x):
    import os
    os.close(0)
    return x, {}
