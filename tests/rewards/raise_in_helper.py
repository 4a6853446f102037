# environment: pendulum
def kernel(x, kind="gaussian", width=0.5):
    if width <= 0:
        raise ValueError(f"width must be positive, not {width}")
    if kind == "gaussian":
        return np.exp(-0.5 * (x / width) ** 2)
    elif kind == "cosine":
        return 0.5 * (1.0 + np.cos(np.clip(x / width, -np.pi, np.pi)))
    raise NotImplementedError


def compute_reward(angle, angular_velocity):
    close = kernel(angle)
    still = 0.2 * kernel(angular_velocity, kind="cosine", width=4.0)
    away = -np.abs(angle)
    return close + still + away, {"close": close, "still": still, "away": away}
