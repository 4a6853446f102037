# attack: the old page of calls that need no call
# group: syscalls
# wall: language; alone: time is all that it could tell, or a signal ends it

def compute_reward(x):
    import ctypes
    ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_void_p)(0xFFFFFFFFFF600400)(None)
    ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)(0xFFFFFFFFFF600000)(None, None)
    return x, {}
