# attack: ptrace of another process
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    lib.ptrace(16, @PID@, 0, 0)
    lib.ptrace(8, @PID@, 0, 0)
    return x, {}
