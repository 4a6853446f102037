# environment: hopper
Q = np.diag([1.0, 0.5, 0.25])

def compute_reward(joint_angles, forward_velocity):
    cost = np.einsum("ni,ij,nj->n", joint_angles, Q, joint_angles)
    total = forward_velocity - 0.1 * cost
    return total, {"speed": forward_velocity, "posture": -0.1 * cost}
