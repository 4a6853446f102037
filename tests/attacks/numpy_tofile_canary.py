# attack: ndarray.tofile over a file of the person's
# group: numpy
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    x.tofile('@CANARY@')
    return x, {}
