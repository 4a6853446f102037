# attack: System V shared memory
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    lib.shmget(4242, 4096, 0o1666)
    return x, {}
