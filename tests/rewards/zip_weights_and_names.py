# environment: ant
NAMES = ["speed", "upright", "effort"]
WEIGHTS = [1.0, 0.25, -0.02]


def compute_reward(forward_velocity, uprightness, action):
    raw = (forward_velocity, uprightness, np.sum(np.abs(action), axis=-1))
    components = {n: w * r for n, w, r in zip(NAMES, WEIGHTS, raw)}
    total = 0.0
    for value in components.values():
        total = total + value
    return total, components
