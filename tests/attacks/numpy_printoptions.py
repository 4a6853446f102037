# attack: a formatter of np.printoptions
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    with np.printoptions(formatter={'float': lambda v: open('@FOLDER@/owned', 'w').name}):
        str(x)
    return x, {}
