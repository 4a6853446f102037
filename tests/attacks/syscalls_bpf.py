# attack: bpf and perf events
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    lib.syscall(321, 0, None, 0)
    lib.syscall(298, None, 0, 0, 0, 0)
    return x, {}
