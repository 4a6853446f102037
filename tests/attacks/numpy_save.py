# attack: np.save
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    np.save('@FOLDER@/owned', x)
    return x, {}
