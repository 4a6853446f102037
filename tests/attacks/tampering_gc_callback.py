# attack: a callback of the garbage collector
# group: tampering
# wall: language; alone: seccomp (no open)

def compute_reward(x):
    import gc
    gc.callbacks.append(lambda *a: open('@FOLDER@/owned', 'w'))
    gc.collect()
    return x, {}
