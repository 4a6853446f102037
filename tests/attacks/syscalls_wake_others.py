# attack: waking whoever waits on the shared memory
# group: syscalls
# wall: language; alone: nobody waits there

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None, use_errno=True)
    start = x.__array_interface__["data"][0]
    for i in range(1000):
        lib.syscall(202, ctypes.c_void_p(start), 1, 1 << 30, None, None, 0)
    return x * 1.0, {"x": x}
