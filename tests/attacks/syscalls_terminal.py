# attack: typing into the person's terminal
# group: syscalls
# wall: language; alone: seccomp; no terminal is open

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None, use_errno=True)
    for descriptor in (0, 1, 2):
        for letter in b"touch @FOLDER@/owned\n":
            lib.ioctl(descriptor, 0x5412, ctypes.byref(ctypes.c_char(letter)))
        lib.ioctl(descriptor, 0x541B, ctypes.byref(ctypes.c_int()))
    return x, {}
