# attack: the output's mapping grown, doubled and moved
# group: syscalls
# wall: language; alone: sealed; beyond its end SIGBUS ends itself

def compute_reward(x):
    import ctypes, sys
    lib = ctypes.CDLL(None, use_errno=True)
    lib.mremap.restype = ctypes.c_void_p
    for block in (x, sys._getframe(1).f_locals["output"]):
        start = block.__array_interface__["data"][0] // 4096 * 4096
        twice = lib.mremap(ctypes.c_void_p(start), 0, 4096, 1)
        grown = lib.mremap(ctypes.c_void_p(twice), 4096, 1 << 24, 1)
    ctypes.memset(grown, 255, 1 << 24)
    return x, {}
