# environment: ant
HIP_KNEE = np.tile(np.array([1.0, 0.5]), 4)
GROUPS = np.repeat([0.1, 0.2], 4)


def compute_reward(joint_velocities, joint_angles, forward_velocity):
    rates = -0.001 * (np.abs(joint_velocities) * HIP_KNEE).sum(axis=1)
    angles = -0.01 * (GROUPS * joint_angles ** 2).sum(axis=1)
    return forward_velocity + rates + angles, {"speed": forward_velocity, "rates": rates, "angles": angles}
