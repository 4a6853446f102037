# attack: outer products of outer products
# group: exhaustion
# wall: language or confinement; alone: RLIMIT_AS

def compute_reward(x):
    y = np.outer(np.ones(50000), np.ones(50000))
    z = np.outer(y, y)
    return x + z.sum(), {}
