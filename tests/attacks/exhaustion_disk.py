# attack: filling the disk
# group: exhaustion
# wall: language; alone: RLIMIT_AS

def compute_reward(x):
    import os
    d = os.open('@FOLDER@/owned', os.O_CREAT | os.O_WRONLY)
    for _ in range(100): os.write(d, b'x' * 10**7)
    return x, {}
