# attack: timers and alarms without end
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None, use_errno=True)
    for kind in (0, 1, 2):
        lib.setitimer(kind, (ctypes.c_long * 4)(0, 1, 0, 1), None)
    for i in range(1000):
        lib.syscall(222, 1, None, (ctypes.c_int * 1)())
        lib.syscall(283, 1, 0)
    lib.alarm(1)
    return x, {}
