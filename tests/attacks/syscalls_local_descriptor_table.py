# attack: segments, ports and gates of the processor
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None, use_errno=True)
    lib.syscall(154, 1, (ctypes.c_uint * 4)(0, 0, 0xFFFFF, 0x51), 16)
    lib.syscall(172, 3)
    lib.syscall(173, 0, 1024, 1)
    lib.syscall(158, 0x1001, 0)
    return x, {}
