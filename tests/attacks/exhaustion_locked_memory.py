# attack: memory that cannot be swapped out
# group: exhaustion
# wall: language; alone: the filter looks at mmap's flags; mlock is refused

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None)
    lib.mmap.restype = ctypes.c_long
    assert lib.mmap(None, 1 << 26, 3, 0x22 | 0x2000, -1, 0) != -1 or lib.mlockall(3) == 0
    return x * 0 + 1, {}
