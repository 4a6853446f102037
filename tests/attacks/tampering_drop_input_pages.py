# attack: telling the kernel to forget the input's pages
# group: tampering
# wall: language; alone: madvise is limited to one's own pages

def compute_reward(x):
    import ctypes
    start = x.__array_interface__["data"][0]
    for advice in (4, 8, 9, 16, 18, 100):
        ctypes.CDLL(None).madvise(ctypes.c_void_p(start), 4096, advice)
    return x * 1.0, {}
