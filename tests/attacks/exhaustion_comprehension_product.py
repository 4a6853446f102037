# attack: comprehensions over ranges inside each other
# group: exhaustion
# wall: language or confinement; alone: the deadline

def compute_reward(x):
    n = sum(1 for a in range(1000) for b in range(1000) for c in range(1000) for d in range(1000))
    return x * n, {"x": x}
