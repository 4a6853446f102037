# attack: writing to the output through an object found by the collector
# group: tampering
# wall: language; alone: copied, then checked

def compute_reward(x):
    import gc
    for o in gc.get_objects():
        if type(o) is np.ndarray and o.shape[:1] == (33,): o[:] = 7
    return x, {}
