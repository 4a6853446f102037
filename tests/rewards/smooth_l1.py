# environment: pendulum
def smooth_l1(x, beta=1.0):
    a = np.abs(x)
    return np.where(a < beta, 0.5 * a ** 2 / beta, a - 0.5 * beta)


def compute_reward(sin_angle, cos_angle, angular_velocity, torque):
    theta = np.arctan2(sin_angle, cos_angle)
    pos = -smooth_l1(theta)
    vel = -0.05 * smooth_l1(angular_velocity, beta=2.0)
    act = -0.001 * smooth_l1(torque)
    return np.sum([pos, vel, act], axis=0), {"pos": pos, "vel": vel, "act": act}
