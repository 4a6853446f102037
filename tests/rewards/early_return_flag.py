# environment: cartpole
USE_SHAPING = True


def compute_reward(pole_angle, cart_position, terminated):
    alive = np.ones_like(pole_angle) - 1.0 * terminated
    if not USE_SHAPING:
        return alive, {"alive": alive}
    centre = -0.1 * cart_position ** 2
    upright = -0.5 * pole_angle ** 2
    return alive + centre + upright, {"alive": alive, "centre": centre, "upright": upright}
