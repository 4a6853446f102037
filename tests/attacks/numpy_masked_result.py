# attack: a masked array as a result
# group: numpy
# wall: language; alone: subclasses are refused

def compute_reward(x):
    return np.ma.masked_array(x, mask=[1] * len(x)), {}
