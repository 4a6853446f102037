# attack: memory from the machine's pool of huge pages
# group: exhaustion
# wall: language; alone: the filter looks at mmap's flags

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None)
    lib.mmap.restype = ctypes.c_long
    got = [lib.mmap(None, 1 << 21, 3, 0x22 | 0x40000, -1, 0) for _ in range(8)]
    assert any(place != -1 for place in got)
    return x * 0 + 1, {}
