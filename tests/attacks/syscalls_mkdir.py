# attack: mkdir
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    lib.mkdir(b'@FOLDER@/owned', 511)
    return x, {}
