# attack: ending another process by thread
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    lib.syscall(234, @PID@, @PID@, 9)
    return x, {}
