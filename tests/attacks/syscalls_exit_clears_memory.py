# attack: having the kernel write into its memory when it ends
# group: syscalls
# wall: language; alone: seccomp; its own memory only

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None, use_errno=True)
    start = x.__array_interface__["data"][0]
    lib.syscall(218, ctypes.c_void_p(start))
    lib.syscall(273, ctypes.c_void_p(start), 24)
    lib.syscall(334, ctypes.c_void_p(start), 32, 0, 0x53053053)
    lib.syscall(60, 0)
    return x, {}
