# environment: ant
DEFAULT = {"speed": 1.0, "effort": 0.005}


def weighted(parts, weights=None):
    weights = DEFAULT if weights is None else {**DEFAULT, **weights}
    return {name: weights[name] * part for name, part in parts.items()}


def compute_reward(forward_velocity, action):
    parts = weighted({"speed": forward_velocity, "effort": -np.sum(action * action, axis=-1)}, weights={"effort": 0.01})
    return sum(parts.values()), parts
