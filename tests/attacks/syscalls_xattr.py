# attack: setxattr
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    os.setxattr('@CANARY@', 'user.owned', b'x')
    return x, {}
