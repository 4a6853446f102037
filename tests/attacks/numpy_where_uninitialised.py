# attack: what a ufunc leaves out is what lay in memory before
# group: numpy
# wall: language; alone: its own memory, which holds no secret

def compute_reward(x):
    y = np.add(x, x, where=np.zeros(len(x), dtype=bool))
    return y, {"y": y}
