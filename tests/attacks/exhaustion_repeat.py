# attack: np.repeat
# group: exhaustion
# wall: language or confinement; alone: RLIMIT_AS

def compute_reward(x):
    return np.repeat(x, 10**10)[:4], {}
