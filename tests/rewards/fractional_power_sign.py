# environment: cartpole
def signed_power(x, p):
    return np.sign(x) * np.power(np.abs(x), p)


def compute_reward(pole_angle, pole_angular_velocity, cart_position):
    restoring = -0.1 * signed_power(pole_angle, 1.5) * np.sign(pole_angle)
    calm = -0.01 * np.abs(pole_angular_velocity) ** 0.5
    centre = np.cbrt(1.0 / (1.0 + cart_position ** 2))
    return restoring + calm + centre, {"restoring": restoring, "calm": calm, "centre": centre}
