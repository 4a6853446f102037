# environment: pendulum
CENTRES = np.linspace(-0.5, 0.5, 5)
HEIGHTS = np.array([0.2, 0.6, 1.0, 0.6, 0.2])


def compute_reward(angle, angular_velocity):
    distance = angle[:, None] - CENTRES[None, :]
    kernels = np.exp(-0.5 * (distance / 0.3) ** 2)
    bumps = kernels.dot(HEIGHTS) / HEIGHTS.sum()
    away = -np.abs(angle) / np.pi
    spin = -0.005 * np.square(angular_velocity)
    return bumps + away + spin, {"bumps": bumps, "away": away, "spin": spin}
