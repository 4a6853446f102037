# attack: np.kron of np.eye
# group: exhaustion
# wall: language or confinement; alone: RLIMIT_AS

def compute_reward(x):
    return x + np.kron(np.eye(3000), np.eye(3000)).sum(), {}
