# attack: a second mapping of the input, made writable
# group: tampering
# wall: language; alone: opened read-only

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None)
    lib.mremap.restype = ctypes.c_void_p
    start = x.__array_interface__["data"][0]
    copy = lib.mremap(ctypes.c_void_p(start), 0, 4096, 1)
    lib.mprotect(ctypes.c_void_p(copy), 4096, 3)
    ctypes.memset(copy, 9, 16)
    return x * 1.0, {}
