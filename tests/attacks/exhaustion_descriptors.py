# attack: descriptors without end
# group: exhaustion
# wall: language; alone: seccomp (no dup)

def compute_reward(x):
    import os
    kept = []
    while True: kept.append(os.dup(0))
