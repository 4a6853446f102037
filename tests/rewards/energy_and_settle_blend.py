# environment: pendulum
G, LENGTH, MASS = 10.0, 1.0, 1.0
INERTIA = MASS * LENGTH**2 / 3
TOP = MASS * G * LENGTH / 2


def energy(cos_angle, speed):
    kinetic = 0.5 * INERTIA * speed**2
    potential = TOP * cos_angle
    return kinetic + potential


def compute_reward(cos_angle, sin_angle, angular_velocity):
    gap = np.abs(energy(cos_angle, angular_velocity) - TOP)
    pump = np.exp(-gap / (2 * TOP))
    near_top = 1 / (1 + np.exp(-20 * (cos_angle - 0.9)))
    settle = near_top * np.exp(-(angular_velocity**2))
    centred = -0.1 * near_top * np.abs(np.arctan2(sin_angle, cos_angle))
    reward = (1 - near_top) * pump + 2 * settle + centred
    return reward, {"pump": (1 - near_top) * pump, "settle": 2 * settle, "centred": centred}
