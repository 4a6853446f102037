# attack: a result that walks backwards and on the spot
# group: tampering
# wall: copied by NumPy, which knows strides; rows are counted

def compute_reward(x):
    backwards = (x * 2.0)[::-1]
    return backwards, {"spot": np.broadcast_to(np.array([1.0]), x.shape), "back": backwards}
