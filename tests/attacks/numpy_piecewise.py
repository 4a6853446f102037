# attack: np.piecewise calls any function
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    np.piecewise(x, [x >= 0], [lambda a: open('@FOLDER@/owned', 'w')])
    return x, {}
