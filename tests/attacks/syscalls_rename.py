# attack: rename
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    lib.rename(b'@CANARY@', b'@FOLDER@/owned')
    return x, {}
