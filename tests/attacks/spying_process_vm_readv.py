# attack: reading another process's memory
# group: spying
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None, use_errno=True)
    b = ctypes.create_string_buffer(64)
    v = (ctypes.c_void_p * 2)(ctypes.addressof(b), 64)
    r = lib.process_vm_readv(@ME@, v, 1, v, 1, 0)
    if r > 0: raise ValueError('@YEK@'[::-1], r)
    return x, {}
