# attack: taking the input's mapping away
# group: tampering
# wall: language; alone: it is its own mapping only

def compute_reward(x):
    import ctypes
    start = x.__array_interface__["data"][0]
    ctypes.CDLL(None).munmap(ctypes.c_void_p(start), 4096)
    return x * 1.0, {}
