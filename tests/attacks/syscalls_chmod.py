# attack: chmod
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    lib.chmod(b'@CANARY@', 0o777)
    return x, {}
