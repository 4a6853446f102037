# attack: taking another process's limits away
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None, use_errno=True)
    nothing = (ctypes.c_ulong * 2)(0, 0)
    for kind in range(16):
        lib.syscall(302, @PID@, kind, nothing, None)
    return x, {}
