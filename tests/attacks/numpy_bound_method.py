# attack: a changing method under another name
# group: numpy
# wall: language or confinement; alone: the mapping is read-only

def compute_reward(x):
    change = [x.fill, x.sort][0]
    change(7.0)
    return x, {"x": x}
