# attack: chown
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    lib.chown(b'@CANARY@', 1234, 1234)
    return x, {}
