# attack: moving another process to one core, and to the idle class
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None, use_errno=True)
    lib.syscall(203, @PID@, 8, (ctypes.c_ulong * 1)(1))
    lib.syscall(144, @PID@, 5, (ctypes.c_int * 1)(0))
    lib.syscall(251, 1, @PID@, 3 << 13)
    lib.syscall(314, @PID@, (ctypes.c_uint * 14)(56, 5), 0)
    return x, {}
