# attack: machine code in memory of its own
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    lib.mmap.restype = ctypes.c_void_p
    a = lib.mmap(None, 4096, 7, 0x22, -1, 0)
    if a and a != 2**64 - 1: open('@FOLDER@/owned', 'w')
    return x, {}
