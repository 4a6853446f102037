# attack: bits hidden in not-a-number
# group: tampering
# wall: numbers are copied as numbers and told to be finite by the critic

def compute_reward(x):
    bits = np.full(x.shape, 0x7ff8dead, dtype=np.int64)
    hidden = np.where(bits > 0, np.nan, x)
    return hidden, {"hidden": hidden, "far": np.full(x.shape, -np.inf)}
