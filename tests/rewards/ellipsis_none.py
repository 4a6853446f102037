# environment: ant
def compute_reward(joint_angles, action, forward_velocity):
    target = np.zeros(8)[None, ...]
    error = (joint_angles - target)[..., :, np.newaxis]
    cost = 0.01 * (error**2).squeeze(-1).sum(-1) + 0.01 * np.sum(action[..., :] ** 2, -1)
    return forward_velocity - cost, {"speed": forward_velocity, "cost": -cost}
