# environment: hopper
TARGET = np.array([[0.0, -0.2, 0.1]])

def compute_reward(joint_angles, forward_velocity):
    error = joint_angles - TARGET
    pose = np.exp(-2.0 * np.einsum("ij,ij->i", error, error))
    return forward_velocity * pose, {"gated": forward_velocity * pose}
