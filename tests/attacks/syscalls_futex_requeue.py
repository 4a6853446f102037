# attack: other kinds of futex, priority inheritance and requeueing
# group: syscalls
# wall: language; alone: waiting and waking only

def compute_reward(x):
    import ctypes
    lib = ctypes.CDLL(None)
    words = (ctypes.c_int * 2)(0, 0)
    tried = [lib.syscall(202, words, operation, 0, None, ctypes.byref(words, 4), 0) for operation in (3, 4, 5, 6, 7, 8, 11, 12, 13)]
    assert any(number >= 0 for number in tried)
    return x, {}
