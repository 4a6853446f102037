# environment: ant
LEFT = [0, 1, 2, 3]
RIGHT = [4, 5, 6, 7]

def compute_reward(joint_velocities, foot_contact, forward_velocity):
    left = joint_velocities[:, LEFT]
    right = joint_velocities[:, RIGHT]
    symmetry = -0.01 * np.mean(np.abs(left - right), axis=-1)
    diagonal = np.abs(foot_contact[:, 0] - foot_contact[:, 3]) + np.abs(foot_contact[:, 1] - foot_contact[:, 2])
    trot = 0.1 * (2.0 - diagonal)
    return forward_velocity + symmetry + trot, {"speed": forward_velocity, "symmetry": symmetry, "trot": trot}
