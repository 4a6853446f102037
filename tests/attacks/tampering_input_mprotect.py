# attack: mprotect of the input, then writing
# group: tampering
# wall: language; alone: opened read-only: SIGSEGV

def compute_reward(x):
    import ctypes
    a = x.__array_interface__['data'][0]
    ctypes.CDLL(None).mprotect(ctypes.c_void_p(a & -4096), 4096, 3)
    ctypes.memset(a, 9, 8)
    return x, {}
