# attack: a third argument by a star is the output
# group: numpy
# wall: language or confinement; alone: the mapping is read-only

def compute_reward(x):
    places = [x, x, x]
    np.add(*places)
    np.einsum("i->i", x, out=places[0])
    return x, {"x": x}
