# environment: hopper
def terms(forward_velocity, torso_height, action):
    yield_speed = np.tanh(forward_velocity / 2)
    stand = 0.5 * (torso_height >= 1.0)
    spend = -0.002 * np.einsum("ij,ij->i", action, action)
    return yield_speed, stand, spend


def compute_reward(forward_velocity, torso_height, action):
    speed, stand, spend = found = terms(forward_velocity, torso_height, action)
    total = sum(found, start=np.zeros_like(speed))
    return total, {name: value for name, value in zip(("speed", "stand", "spend"), found, strict=True)}
