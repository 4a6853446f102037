# environment: ant
EPSILON = 1e-8


def unit(v):
    return v / (np.linalg.norm(v, axis=-1, keepdims=True) + EPSILON)


def compute_reward(forward_velocity, sideways_velocity, action):
    velocity = np.concatenate([forward_velocity[:, None], sideways_velocity[:, None]], axis=-1)
    target = np.array([[1.0, 0.0]])
    alignment = 0.2 * (unit(velocity) * target).sum(axis=-1)
    effort = -0.01 * np.linalg.norm(action, axis=-1)
    return forward_velocity + alignment + effort, {"speed": forward_velocity, "alignment": alignment, "effort": effort}
