# environment: hopper
def _sigmoids(x, value_at_1, sigmoid):
    if sigmoid == "gaussian":
        scale = np.sqrt(-2 * np.log(value_at_1))
        return np.exp(-0.5 * (x * scale) ** 2)
    elif sigmoid == "linear":
        scale = 1 - value_at_1
        scaled_x = x * scale
        return np.where(np.abs(scaled_x) < 1, 1 - scaled_x, 0.0)
    else:
        scale = np.arctanh(np.sqrt(1 - value_at_1))
        return 1 - np.tanh(x * scale) ** 2


def tolerance(x, bounds=(0.0, 0.0), margin=0.0, sigmoid="gaussian", value_at_margin=0.1):
    lower, upper = bounds
    in_bounds = np.logical_and(lower <= x, x <= upper)
    if margin == 0:
        return np.where(in_bounds, 1.0, 0.0)
    d = np.where(x < lower, lower - x, x - upper) / margin
    return np.where(in_bounds, 1.0, _sigmoids(d, value_at_margin, sigmoid))


def compute_reward(torso_height, forward_velocity, action):
    standing = tolerance(torso_height, bounds=(0.9, 2.0), margin=0.5)
    hopping = tolerance(forward_velocity, bounds=(2.0, float("inf")), margin=2.0, sigmoid="linear")
    small = tolerance(action, margin=1.0, sigmoid="tanh_squared").mean(axis=-1)
    small = (4 + small) / 5
    total = standing * hopping * small + 0.2 * forward_velocity
    return total, {"standing": standing, "hopping": hopping, "small": small}
