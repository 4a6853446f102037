# attack: asking to be traced, so that every signal stops it
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None, use_errno=True)
    lib.ptrace(0, 0, 0, 0)
    lib.raise_(5) if hasattr(lib, "raise_") else lib["raise"](5)
    return x, {}
