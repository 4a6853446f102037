# attack: writing another process's memory
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None, use_errno=True)
    data = ctypes.create_string_buffer(4096)
    local = (ctypes.c_size_t * 2)(ctypes.addressof(data), 4096)
    for start in (0x400000, 0x555555554000):
        lib.syscall(311, @PID@, local, 1, (ctypes.c_size_t * 2)(start, 4096), 1, 0)
    return x, {}
