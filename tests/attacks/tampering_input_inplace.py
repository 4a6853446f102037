# attack: changing the input in place
# group: tampering
# wall: language; alone: the mapping is read-only

def compute_reward(x):
    x += 1
    return x, {}
