# attack: a result whose strides leave its memory
# group: tampering
# wall: language; alone: it ends its own process

def compute_reward(x):
    out = np.lib.stride_tricks.as_strided(x, (len(x),), (1 << 44,))
    return out, {"out": out}
