# attack: memory without randomness, readable as code
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    lib.personality(0x0440000)
    return x, {}
