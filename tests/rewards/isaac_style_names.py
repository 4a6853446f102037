# environment: ant
def compute_reward(
    obs, action, previous_action, forward_velocity, uprightness, heading, terminated
):
    up_weight, heading_weight = 0.1, 0.5
    actions_cost_scale, energy_cost_scale = 0.005, 0.05
    death_cost = -2.0
    heading_reward = np.where(np.cos(heading) > 0.8, heading_weight, heading_weight * np.cos(heading) / 0.8)
    up_reward = np.zeros_like(heading_reward)
    up_reward = np.where(uprightness > 0.93, up_reward + up_weight, up_reward)
    actions_cost = np.sum(action ** 2, axis=-1)
    electricity_cost = np.sum(np.abs(action * previous_action), axis=-1)
    progress_reward = forward_velocity
    total_reward = (
        progress_reward
        + up_reward
        + heading_reward
        - actions_cost_scale * actions_cost
        - energy_cost_scale * electricity_cost * 0.01
    )
    total_reward = np.where(terminated, np.ones_like(total_reward) * death_cost, total_reward)
    return total_reward, {
        "progress_reward": progress_reward,
        "up_reward": up_reward,
        "heading_reward": heading_reward,
        "actions_cost": -actions_cost_scale * actions_cost,
        "electricity_cost": -energy_cost_scale * electricity_cost * 0.01,
    }
