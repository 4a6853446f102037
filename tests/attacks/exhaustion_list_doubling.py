# attack: a list that is added to itself
# group: exhaustion
# wall: language or confinement; alone: RLIMIT_AS or the deadline

def compute_reward(x):
    items = [1.0]
    for i in range(64):
        items = items + items
    return x * len(items), {"x": x}
