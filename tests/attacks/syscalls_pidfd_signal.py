# attack: a signal by pidfd
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    lib.syscall(424, lib.syscall(434, @PID@, 0), 9, None, 0)
    return x, {}
