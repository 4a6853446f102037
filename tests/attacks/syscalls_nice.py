# attack: priority and affinity of others
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    lib.setpriority(0, @PID@, 19)
    os.sched_setaffinity(@PID@, [0])
    return x, {}
