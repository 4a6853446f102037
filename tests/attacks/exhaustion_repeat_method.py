# attack: the method repeat, by a number that was worked out
# group: exhaustion
# wall: language or confinement; alone: RLIMIT_AS

def compute_reward(x):
    n = len(x) * 10**5
    y = x.repeat(n).repeat(n)
    return x + y[0], {"x": x}
