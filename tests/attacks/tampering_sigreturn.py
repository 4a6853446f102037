# attack: a forged signal frame
# group: tampering
# wall: language; alone: it ends its own process

def compute_reward(x):
    import ctypes
    ctypes.CDLL(None).syscall(15)
    return x, {}
