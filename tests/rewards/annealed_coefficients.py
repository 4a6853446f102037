# environment: pendulum
def schedule(step, start, end, horizon=200):
    fraction = np.minimum(step / horizon, 1.0)
    return start + (end - start) * fraction


def compute_reward(cos_angle, angular_velocity, torque, episode_step):
    weight = schedule(episode_step, 0.2, 1.0)
    up = (cos_angle + 1.0) / 2.0
    spin = -0.1 * weight * angular_velocity**2
    effort = -1e-3 * weight * torque**2
    return up + spin + effort, {"up": up, "spin": spin, "effort": effort}
