# attack: np.tile
# group: exhaustion
# wall: language or confinement; alone: RLIMIT_AS

def compute_reward(x):
    return np.tile(x, (10**5, 10**5))[0], {}
