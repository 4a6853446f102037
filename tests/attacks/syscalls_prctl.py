# attack: becoming dumpable and undying
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    lib.prctl(4, 1, 0, 0, 0)
    lib.prctl(1, 0, 0, 0, 0)
    return x, {}
