# attack: replacing NumPy's functions
# group: tampering
# wall: language; alone: its own process only

def compute_reward(x):
    np.sum = np.copyto = lambda *a, **k: 0
    return x * 1.0, {}
