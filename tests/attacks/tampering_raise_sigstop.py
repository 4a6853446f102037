# attack: stopping itself by way of the C library
# group: tampering
# wall: language; alone: tgkill is refused

def compute_reward(x):
    import ctypes
    assert ctypes.CDLL(None)["raise"](19) != 0
    return x, {}
