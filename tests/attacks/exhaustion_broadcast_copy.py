# attack: a view of nothing, copied to its full size
# group: exhaustion
# wall: language or confinement; alone: RLIMIT_AS

def compute_reward(x):
    n = len(x) * 1000
    big = np.broadcast_to(x[:, None, None], (len(x), n, n))
    big = np.broadcast_to(big[..., None], (len(x), n, n, n))
    return big.copy().sum(axis=(1, 2, 3)), {"x": x}
