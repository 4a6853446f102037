# attack: iter(int, 1)
# group: exhaustion
# wall: language; alone: the deadline

def compute_reward(x):
    return x + sum(iter(int, 1)), {}
