# attack: taking another process's descriptor
# group: spying
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None)
    p = lib.syscall(434, @ME@, 0)
    if lib.syscall(438, p, 1, 0) > 0: raise ValueError('@YEK@'[::-1])
    return x, {}
