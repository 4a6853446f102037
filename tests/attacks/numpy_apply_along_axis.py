# attack: np.apply_along_axis calls any function
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    np.apply_along_axis(lambda a: open('@FOLDER@/owned', 'w'), 0, x)
    return x, {}
