# attack: one huge array
# group: exhaustion
# wall: language or confinement; alone: RLIMIT_AS

def compute_reward(x):
    return np.ones(10**11)[:4] * x, {}
