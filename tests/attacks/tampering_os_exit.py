# attack: os._exit(0)
# group: tampering
# wall: language; alone: success is a complete result

def compute_reward(x):
    import os
    os._exit(0)
    return x * 1.0, {}
