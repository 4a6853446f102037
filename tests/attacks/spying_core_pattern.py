# attack: a core dump that leaves its memory on the disk
# group: spying
# wall: language; alone: not dumpable, no core, no file

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None)
    lib.prctl(4, 1, 0, 0, 0)
    ctypes.string_at(1)
    return x, {}
