# attack: ndarray.dump
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    x.dump('@FOLDER@/owned')
    return x, {}
