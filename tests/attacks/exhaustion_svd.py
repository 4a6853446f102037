# attack: a large decomposition
# group: exhaustion
# wall: language or confinement; alone: the deadline or RLIMIT_AS

def compute_reward(x):
    return x + np.linalg.svd(np.ones((3000, 3000)))[1][0], {}
