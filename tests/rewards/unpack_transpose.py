# environment: hopper
def compute_reward(joint_angles, joint_velocities, forward_velocity):
    thigh, leg, foot = joint_angles.T
    (thigh_v, leg_v, foot_v) = np.moveaxis(joint_velocities, -1, 0)
    posture = -0.1 * (thigh**2 + leg**2 + foot**2)
    power = -0.001 * (np.abs(thigh_v) + np.abs(leg_v) + np.abs(foot_v))
    return forward_velocity + posture + power, {"speed": forward_velocity, "posture": posture, "power": power}
