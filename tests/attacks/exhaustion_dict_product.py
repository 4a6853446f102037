# attack: a dict of a thousand million keys
# group: exhaustion
# wall: language or confinement; alone: the deadline or RLIMIT_AS

def compute_reward(x):
    d = {(a, b, c): "v" for a in range(1000) for b in range(1000) for c in range(1000)}
    return x * len(d), {"x": x}
