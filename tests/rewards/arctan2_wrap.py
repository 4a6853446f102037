# environment: pendulum
def compute_reward(cos_angle, sin_angle, angular_velocity, torque):
    theta = np.arctan2(sin_angle, cos_angle)
    cost = theta**2 + 0.1 * angular_velocity**2 + 0.001 * torque**2
    return -cost, {"angle": -theta**2, "velocity": -0.1 * angular_velocity**2, "torque": -0.001 * torque**2}
