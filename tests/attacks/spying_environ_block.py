# attack: the stack above the arguments
# group: spying
# wall: language; alone: an environment of its own

def compute_reward(x):
    import ctypes
    p = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), 'environ')
    raise ValueError([p[i] for i in range(3) if p and p[i]])
