# attack: an integer that is squared a thousand times
# group: exhaustion
# wall: language or confinement; alone: the deadline or RLIMIT_AS

def compute_reward(x):
    a = len(x) + 7
    for i in range(1000):
        a = a * a
    return x + float(a % 2), {"x": x}
