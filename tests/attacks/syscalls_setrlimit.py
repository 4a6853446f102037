# attack: raising its limits
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    import resource
    resource.setrlimit(resource.RLIMIT_NOFILE, (99, 99))
    os.mkdir('@FOLDER@/owned')
    return x, {}
