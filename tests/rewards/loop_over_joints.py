# environment: half-cheetah
import numpy as np

def compute_reward(forward_velocity, joint_angles, joint_velocities):
    limits = [0.5, 0.5, 0.4, 0.5, 0.6, 0.4]
    penalty = np.zeros(forward_velocity.shape[0])
    for i, limit in enumerate(limits):
        excess = np.maximum(np.abs(joint_angles[:, i]) - limit, 0.0)
        penalty += excess
    for j in range(joint_velocities.shape[1]):
        penalty += 0.001 * joint_velocities[:, j] ** 2
    total = forward_velocity - 0.1 * penalty
    return total, {"speed": forward_velocity, "limits": -0.1 * penalty}
