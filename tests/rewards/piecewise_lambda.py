# environment: pendulum
def compute_reward(angle, angular_velocity, torque):
    a = np.abs(angle)
    near = np.piecewise(a, [a < 0.2, a >= 0.2], [lambda v: 1.0 - v, lambda v: np.exp(-2.0 * v)])
    spin = -0.01 * angular_velocity ** 2
    effort = -0.001 * torque ** 2
    return -a + near + spin + effort, {"away": -a, "near": near, "spin": spin, "effort": effort}
