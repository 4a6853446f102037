# environment: half-cheetah
def compute_reward(forward_velocity, action, previous_action, episode_step):
    jerk = np.mean((action - previous_action) ** 2, axis=-1)
    jerk = np.where(episode_step == 0, 0.0, jerk)
    return forward_velocity - 0.3 * jerk, {"speed": forward_velocity, "smooth": -0.3 * jerk}
