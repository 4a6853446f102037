# environment: cartpole
X_LIMIT: float = 2.4
THETA_LIMIT: float = np.deg2rad(12.0)
EPS = np.finfo(np.float32).eps


def compute_reward(cart_position, pole_angle):
    def barrier(value, limit):
        inside = np.clip(1.0 - (value / limit) ** 2, 1e-3, 1.0)
        return np.log(inside + EPS)

    x = 0.05 * barrier(cart_position, X_LIMIT)
    theta = 0.05 * barrier(pole_angle, THETA_LIMIT)
    alive = np.ones(len(cart_position))
    return alive + x + theta, {"alive": alive, "x": x, "theta": theta}
