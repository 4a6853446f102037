# attack: filling memory that is not address space
# group: exhaustion
# wall: language; alone: seccomp (no memfd)

def compute_reward(x):
    import os
    kept = []
    while True:
        kept.append(os.memfd_create('x'))
        os.ftruncate(kept[-1], 10**9)
    return x * 1.0, {}
