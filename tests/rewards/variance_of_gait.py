# environment: ant
def compute_reward(joint_angles, forward_velocity):
    legs = np.reshape(joint_angles, (-1, 4, 2))
    diagonal_a = legs[:, [0, 3], :]
    diagonal_b = legs[:, [1, 2], :]
    together = -0.05 * (diagonal_a.std(axis=1).mean(axis=-1) + diagonal_b.std(axis=1).mean(axis=-1))
    opposite = 0.02 * np.abs(diagonal_a.mean(axis=(1, 2)) - diagonal_b.mean(axis=(1, 2)))
    return forward_velocity + together + opposite, {"speed": forward_velocity, "together": together, "opposite": opposite}
