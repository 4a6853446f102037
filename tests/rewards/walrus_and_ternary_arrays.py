# environment: pendulum
def compute_reward(cos_angle, sin_angle, angular_velocity):
    energy = (kinetic := 0.5 * angular_velocity ** 2) + (height := 10.0 * cos_angle)
    target = 10.0
    error = -0.05 * np.abs(energy - target)
    upright = 0.1 * height
    spin = -0.02 * kinetic * (cos_angle > 0.9)
    side = -0.01 * sin_angle ** 2
    return error + upright + spin + side, {"error": error, "upright": upright, "spin": spin, "side": side}
