# attack: a ufunc's method writes to the input
# group: numpy
# wall: language; alone: the mapping is read-only

def compute_reward(x):
    np.add.at(x, [0], 1e9)
    return x, {}
