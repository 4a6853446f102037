# attack: moving pages between descriptors without reading them
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None, use_errno=True)
    page = ctypes.create_string_buffer(b"owned" * 100)
    piece = (ctypes.c_size_t * 2)(ctypes.addressof(page), 500)
    lib.syscall(278, 0, piece, 1, 8)
    lib.syscall(275, 0, None, 0, None, 4096, 0)
    lib.syscall(276, 0, 0, 4096, 0)
    lib.syscall(40, 0, 0, None, 4096)
    lib.syscall(326, 0, None, 0, None, 4096, 0)
    lib.syscall(20, 0, piece, 1)
    lib.syscall(18, 0, page, 500, 0)
    return x, {}
