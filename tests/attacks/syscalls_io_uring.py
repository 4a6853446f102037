# attack: io_uring_setup
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    p = ctypes.create_string_buffer(256)
    d = lib.syscall(425, 8, p)
    if d > 0: lib.creat(b'@FOLDER@/owned', 511)
    return x, {}
