# attack: a loop inside C
# group: exhaustion
# wall: language or confinement; alone: the deadline

def compute_reward(x):
    return x + sum(range(10**13)), {}
