# attack: np.frompyfunc calls any function
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    np.frompyfunc(open, 2, 1)('@FOLDER@/owned', 'w')
    return x, {}
