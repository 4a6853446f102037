# attack: what lies in memory that was never written to
# group: spying
# wall: what would leave memory as it is gives zeros; alone: it holds no secret

def compute_reward(x):
    y = np.empty(len(x) * 1000)
    return np.abs(y).reshape(len(x), -1).sum(axis=1), {"x": x}
