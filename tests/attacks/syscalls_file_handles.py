# attack: files by their handles, without a path
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None, use_errno=True)
    handle = (ctypes.c_uint * 34)(128)
    lib.syscall(303, -100, b"@SECRET@", handle, ctypes.byref(ctypes.c_int()), 0)
    found = lib.syscall(304, -100, handle, 0)
    text = ctypes.create_string_buffer(100)
    lib.read(found, text, 99)
    raise ValueError(text.value.decode())
