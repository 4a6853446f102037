# environment: mountain-car
GAMMA = 0.99


def potential(position, velocity):
    return np.sin(3 * position) * 0.45 + 0.55 + 50.0 * velocity ** 2


def compute_reward(position, velocity, previous_position, previous_velocity, terminated):
    phi_now = potential(position, velocity) * (1.0 - terminated)
    phi_before = potential(previous_position, previous_velocity)
    shaping = GAMMA * phi_now - phi_before
    cost = -np.ones_like(position)
    goal = 50.0 * terminated.astype(np.float32)
    return shaping + cost + goal, {"shaping": shaping, "cost": cost, "goal": goal}
