# attack: a convolution of two long arrays, which never leaves C
# group: exhaustion
# wall: language or confinement; alone: the deadline, then SIGKILL

def compute_reward(x):
    n = len(x) * 500000
    y = np.convolve(np.ones(n), np.ones(n))
    return x + y[0], {"x": x}
