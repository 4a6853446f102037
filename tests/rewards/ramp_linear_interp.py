# environment: half-cheetah
KNOTS = [-2.0, 0.0, 2.0, 6.0, 10.0]
VALUES = [-2.0, 0.0, 2.5, 6.5, 10.5]


def compute_reward(forward_velocity, action):
    shaped = np.interp(forward_velocity, KNOTS, VALUES)
    cost = 0.1 * np.sum(action ** 2, axis=-1)
    return shaped - cost, {"shaped": shaped, "cost": -cost}
