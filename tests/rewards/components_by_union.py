# environment: hopper
def survival(torso_height):
    return {"healthy": np.where((torso_height > 0.7) & (torso_height < 2.0), 1.0, -1.0)}


def motion(forward_velocity):
    return {"speed": 1.25 * forward_velocity}


def compute_reward(torso_height, forward_velocity, action):
    cost = {"control": -1e-3 * np.add.reduce(action * action, axis=1)}
    parts = survival(torso_height) | motion(forward_velocity) | cost
    parts = {**parts, "bonus": 0.1 * (forward_velocity > 2.0)}
    values = list(parts.values())
    return np.sum(values, axis=0), parts
