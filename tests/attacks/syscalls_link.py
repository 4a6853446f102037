# attack: link
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    lib.link(b'@CANARY@', b'@FOLDER@/owned')
    return x, {}
