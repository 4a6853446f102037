# environment: half-cheetah
DT = 0.05


def compute_reward(x_position, previous_x_position, action, previous_action):
    velocity = (x_position - previous_x_position) / DT
    jerk = np.abs(np.diff(np.stack([previous_action, action], axis=1), axis=1))[:, 0].mean(axis=-1)
    ctrl = np.square(action).mean(axis=-1)
    return velocity - 0.1 * jerk - 0.1 * ctrl, {"velocity": velocity, "jerk": -0.1 * jerk, "ctrl": -0.1 * ctrl}
