# attack: half a million mappings of one page each
# group: exhaustion
# wall: language; alone: the kernel's limit on mappings, RLIMIT_AS, the deadline

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None, use_errno=True)
    lib.mmap.restype = ctypes.c_long
    for i in range(1 << 30):
        if lib.mmap(None, 4096, 1 + 2 * (i % 2), 0x22, -1, 0) == -1 and i % 4096 == 0:
            lib.sched_yield()
    return x, {}
