# attack: abort
# group: tampering
# wall: language; alone: its own process only

def compute_reward(x):
    import os
    os.abort()
    return x * 1.0, {}
