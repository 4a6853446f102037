# attack: np.info writes to an object
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    np.info(np.sum, output=open('@FOLDER@/owned', 'w'))
    return x, {}
