# environment: cartpole
SCALES = {"pole_angle": 5.0, "cart_position": 0.2}

def compute_reward(pole_angle, cart_position):
    values = {"pole_angle": pole_angle, "cart_position": cart_position}
    components = {key: -SCALES[key] * values[key] ** 2 for key in sorted(set(SCALES))}
    total = 1.0 + sum(components.values())
    return total, components
