# attack: an axis more with every step
# group: exhaustion
# wall: language or confinement; alone: RLIMIT_AS

def compute_reward(x):
    y = np.arange(1000.0)
    for i in range(8):
        y = y[..., None] + np.arange(1000.0)
    return x + y.sum(), {"x": x}
