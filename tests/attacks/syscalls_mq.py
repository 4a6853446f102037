# attack: a message queue
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    lib.syscall(240, b'owned', 0o102, 0o666, None)
    return x, {}
