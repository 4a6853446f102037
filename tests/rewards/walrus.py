# environment: pendulum
def compute_reward(cos_angle, angular_velocity):
    if (rows := cos_angle.shape[0]) == 0:
        return np.zeros(0), {"up": np.zeros(0)}
    bonus = np.full(rows, 0.1)
    total = (up := (cos_angle + 1.0) / 2.0) - 0.01 * (spin := np.abs(angular_velocity)) + bonus
    return total, {"up": up, "spin": -0.01 * spin, "bonus": bonus}
