# attack: recursion
# group: exhaustion
# wall: language or confinement; alone: the recursion limit

def compute_reward(x):
    return compute_reward(x)
