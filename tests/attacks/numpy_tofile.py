# attack: ndarray.tofile
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    x.tofile('@FOLDER@/owned')
    return x, {}
