# environment: cartpole
USE_VELOCITY = True
CAP = None


def penalise(x, weight=0.1, cap=None):
    value = -weight * np.abs(x)
    if cap is not None:
        value = np.maximum(value, -cap)
    return value


def compute_reward(pole_angle, pole_angular_velocity, cart_velocity):
    alive = np.ones_like(pole_angle)
    parts = {"alive": alive, "angle": penalise(pole_angle, weight=2.0, cap=CAP)}
    if USE_VELOCITY:
        parts["spin"] = penalise(pole_angular_velocity, cap=0.5)
        parts["drift"] = penalise(cart_velocity, 0.05)
    total = np.zeros(len(pole_angle))
    for key in parts:
        total += parts[key]
    return total, parts
