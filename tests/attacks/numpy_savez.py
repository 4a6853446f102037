# attack: np.savez
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    np.savez('@FOLDER@/owned', x)
    return x, {}
