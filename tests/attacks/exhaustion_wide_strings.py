# attack: an array of long texts
# group: exhaustion
# wall: language or confinement; alone: RLIMIT_AS

def compute_reward(x):
    wide = "w" * 100000
    y = np.full(100000, wide)
    return x + y.size, {"x": x}
