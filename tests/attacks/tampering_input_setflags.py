# attack: making the input writable
# group: tampering
# wall: language; alone: the mapping is read-only

def compute_reward(x):
    x.setflags(write=True)
    x[:] = 9
    return x, {}
