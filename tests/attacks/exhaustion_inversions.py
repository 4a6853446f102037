# attack: large matrices inverted a thousand times
# group: exhaustion
# wall: language or confinement; alone: the deadline, then SIGKILL

def compute_reward(x):
    n = len(x) * 400
    m = np.eye(n) * 0.999
    for i in range(1000):
        m = np.linalg.inv(m) @ np.linalg.inv(m)
    return x + m[0, 0], {"x": x}
