# attack: an iterator without end
# group: exhaustion
# wall: language; alone: the deadline

def compute_reward(x):
    import itertools
    return x + sum(itertools.count()), {}
