# attack: reserving address space that is never touched
# group: exhaustion
# wall: language; alone: RLIMIT_AS

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None, use_errno=True)
    lib.mmap.restype = ctypes.c_long
    held = sum(lib.mmap(None, 1 << 40, 0, 0x4022, -1, 0) != -1 for i in range(64))
    assert held == 0, open("@FOLDER@/owned", "w")
    return x, {}
