# attack: a signal with a value, to another process and to the person's
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None, use_errno=True)
    info = (ctypes.c_int * 32)(9, 0, -1)
    for pid in (@PID@, @ME@):
        lib.syscall(129, pid, 9 if pid == @PID@ else 10, info)
        lib.syscall(297, pid, pid, 9 if pid == @PID@ else 10, info)
        lib.syscall(200, pid, 9 if pid == @PID@ else 10)
    return x, {}
