# attack: utime
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    os.utime('@CANARY@', (1, 1))
    return x, {}
