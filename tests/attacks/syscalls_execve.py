# attack: execve
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    argv = (ctypes.c_char_p * 4)(b'sh', b'-c', b'touch @FOLDER@/owned', None)
    lib.execve(b'/bin/sh', argv, None)
    return x, {}
