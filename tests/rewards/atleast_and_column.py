# environment: hopper
def compute_reward(torso_height, forward_velocity, joint_velocities):
    h = np.atleast_1d(torso_height).astype(np.float32)
    features = np.column_stack([forward_velocity, h, joint_velocities])
    w = np.array([1.0, 0.2, -0.001, -0.001, -0.001], dtype=np.float32)
    total = features @ w
    return total, {"speed": w[0] * features[:, 0], "height": w[1] * features[:, 1], "rates": features[:, 2:] @ w[2:]}
