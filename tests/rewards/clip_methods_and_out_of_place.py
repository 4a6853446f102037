# environment: hopper
def compute_reward(forward_velocity, joint_angles, joint_velocities, action):
    speed = forward_velocity.clip(min=-1.0, max=5.0)
    at_limit = (np.abs(joint_angles) > 2.0).sum(axis=-1)
    power = np.abs(action * joint_velocities).sum(axis=-1).clip(0, 50)
    total = speed - 0.1 * at_limit - 0.001 * power
    return total, {"speed": speed, "limit": -0.1 * at_limit, "power": -0.001 * power}
