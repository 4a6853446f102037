# attack: constants of the file that take all time there is before the first call
# group: exhaustion
# wall: language or confinement; alone: the deadline of starting

TABLE = {(a, b): 1.0 for a in range(1000) for b in range(1000)}
SLOW = sum(a * b for a in range(1000) for b in range(1000))

def compute_reward(x):
    return x + SLOW * len(TABLE), {"x": x}
