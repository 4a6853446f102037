# environment: ant
def compute_reward(joint_angles, forward_velocity):
    hips = joint_angles[:, ::2]
    ankles = joint_angles[:, 1::2]
    weights = [0.4, 0.3, 0.2, 0.1]
    bend = sum(w * ankles[:, i] ** 2 for i, w in enumerate(reversed(weights)))
    spread = np.var(hips, axis=-1)
    total = forward_velocity - 0.1 * bend - 0.1 * spread
    return total, {"forward": forward_velocity, "bend": -0.1 * bend, "spread": -0.1 * spread}
