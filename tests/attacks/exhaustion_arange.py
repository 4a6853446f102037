# attack: np.arange
# group: exhaustion
# wall: language or confinement; alone: RLIMIT_AS

def compute_reward(x):
    return np.arange(10**12)[:4] * x, {}
