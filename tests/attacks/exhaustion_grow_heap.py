# attack: growing the heap and its mappings by the raw calls
# group: exhaustion
# wall: language; alone: RLIMIT_AS

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None, use_errno=True)
    lib.sbrk.restype = lib.mremap.restype = lib.mmap.restype = ctypes.c_void_p
    page = lib.mmap(None, 4096, 3, 0x22, -1, 0)
    for i in range(1000):
        lib.sbrk(ctypes.c_long(1 << 28))
        lib.mremap(ctypes.c_void_p(page), 4096, ctypes.c_size_t(1 << 36), 1)
    ctypes.memset(page, 1, 1 << 30)
    return x, {}
