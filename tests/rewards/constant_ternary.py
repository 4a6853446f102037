# environment: pendulum
STRICT = False
POWER = 2 if STRICT else 1


def compute_reward(cos_angle, angular_velocity, torque):
    scale = 0.1 if not STRICT else 0.5
    upright = (0.5 * (1.0 + cos_angle)) ** POWER
    spin = -scale * 0.1 * angular_velocity ** 2
    effort = -(1e-3 if POWER == 1 else 1e-2) * torque ** 2
    return upright + spin + effort, {"upright": upright, "spin": spin, "effort": effort}
