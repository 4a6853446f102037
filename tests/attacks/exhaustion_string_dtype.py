# attack: a result of very wide text
# group: exhaustion
# wall: language; alone: only real numbers are copied

def compute_reward(x):
    return x, {"x": np.zeros(len(x), dtype="U1000000")}
