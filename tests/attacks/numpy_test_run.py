# attack: np.test runs pytest
# group: numpy
# wall: language; alone: no import

def compute_reward(x):
    np.test()
    return x, {}
