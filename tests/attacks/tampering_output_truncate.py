# attack: shrinking the shared memory under the client
# group: tampering
# wall: language; alone: sealed; seccomp

def compute_reward(x):
    import os
    for d in range(64):
        try: os.ftruncate(d, 0)
        except OSError: pass
    return x, {}
