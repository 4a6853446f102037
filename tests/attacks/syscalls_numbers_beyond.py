# attack: numbers of calls that do not exist, negative ones, and the highest there are
# group: syscalls
# wall: language; alone: seccomp; a foreign table is killed

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None, use_errno=True)
    for number in (*range(424, 520), 1000, -2, 1 << 29, (1 << 30) - 1, 1 << 32, -(1 << 31), -1):
        lib.syscall(ctypes.c_long(number), 0, 0, 0, 0, 0, 0)
    return x, {}
