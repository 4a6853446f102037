# attack: an item of a thousand million bytes
# group: numpy
# wall: language; alone: RLIMIT_AS

def compute_reward(x):
    return np.zeros(len(x), dtype=[("a", "V2000000000")]), {}
