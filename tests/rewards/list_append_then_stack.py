# environment: ant
def compute_reward(joint_velocities, forward_velocity, action):
    costs = []
    for j in range(joint_velocities.shape[1]):
        power = np.abs(joint_velocities[:, j] * action[:, j])
        costs.append(power)
    power_cost = -0.002 * np.stack(costs, axis=-1).sum(-1)
    return forward_velocity + power_cost, {"forward": forward_velocity, "power": power_cost}
