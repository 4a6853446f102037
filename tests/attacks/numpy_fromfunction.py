# attack: np.fromfunction calls any function
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    np.fromfunction(lambda i: open('@FOLDER@/owned', 'w'), (3,))
    return x, {}
