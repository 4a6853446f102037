# attack: np.savez_compressed
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    np.savez_compressed('@FOLDER@/owned', x)
    return x, {}
