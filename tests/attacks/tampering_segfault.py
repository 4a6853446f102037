# attack: a segmentation fault
# group: tampering
# wall: language; alone: its own process only

def compute_reward(x):
    import ctypes
    ctypes.string_at(0)
    return x, {}
