# attack: np.pad
# group: exhaustion
# wall: language or confinement; alone: RLIMIT_AS

def compute_reward(x):
    return np.pad(x, 10**10)[:4], {}
