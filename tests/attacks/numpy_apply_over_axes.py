# attack: np.apply_over_axes calls any function
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    np.apply_over_axes(lambda a, b: open('@FOLDER@/owned', 'w'), x, [0])
    return x, {}
