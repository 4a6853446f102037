# attack: the system calls that are allowed, without end
# group: exhaustion
# wall: language; alone: the deadline

def compute_reward(x):
    import ctypes, time
    lib = ctypes.CDLL(None)
    while True:
        lib.sched_yield()
        time.monotonic()
        lib.syscall(12, 0)
