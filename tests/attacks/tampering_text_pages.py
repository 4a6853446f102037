# attack: writing over the code of the C library
# group: tampering
# wall: language; alone: what was written to can never be executed again

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None)
    place = ctypes.cast(lib.getpid, ctypes.c_void_p).value & -4096
    lib.mprotect(ctypes.c_void_p(place), 4096, 3)
    ctypes.memset(place, 0x90, 64)
    assert lib.mprotect(ctypes.c_void_p(place), 4096, 5) != 0
    return x * 1.0, {}
