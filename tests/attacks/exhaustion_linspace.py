# attack: np.linspace of a number that was worked out
# group: exhaustion
# wall: language or confinement; alone: RLIMIT_AS

def compute_reward(x):
    n = len(x) * 10**9
    return x + np.linspace(0, 1, num=n * n)[-1], {"x": x}
