# attack: a rule set of its own that allows everything
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None, use_errno=True)
    rules = (ctypes.c_uint64 * 1)(0x1FFF)
    made = lib.syscall(444, rules, 8, 0)
    lib.syscall(445, made, 1, (ctypes.c_uint64 * 2)(0x1FFF, 0), 0)
    lib.syscall(446, made, 0)
    open("@FOLDER@/owned", "w")
    return x, {}
