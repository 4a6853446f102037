# attack: the kernel's key ring
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    lib.syscall(248, b'user', b'owned', b'x', 1, -3)
    return x, {}
