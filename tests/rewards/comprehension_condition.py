# environment: hopper
def compute_reward(joint_angles, joint_velocities, forward_velocity):
    used = [i for i in range(3) if i != 1]
    cost = sum(0.1 * np.abs(joint_angles[:, i]) for i in used)
    fast = sum((np.abs(joint_velocities[:, i]) > 5.0).astype(float) for i in range(len(used)))
    return forward_velocity - cost - 0.1 * fast, {"speed": forward_velocity, "angles": -cost, "fast": -0.1 * fast}
