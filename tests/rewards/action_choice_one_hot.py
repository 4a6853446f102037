# environment: mountain-car
ACTIONS = 3


def compute_reward(action, velocity, mechanical_energy, previous_mechanical_energy):
    one_hot = np.eye(ACTIONS)[np.clip(action, 0, ACTIONS - 1)]
    push = one_hot @ np.array([-1.0, 0.0, 1.0])
    with_motion = np.sign(push) == np.sign(velocity)
    agree = 0.05 * np.where(with_motion, 1.0, -1.0)
    gain = 100.0 * (mechanical_energy - previous_mechanical_energy)
    idle = -0.02 * one_hot[:, 1]
    return gain + agree + idle, {"gain": gain, "agree": agree, "idle": idle}
