# environment: hopper
def compute_reward(forward_velocity, torso_height, episode_step):
    progress = np.minimum(episode_step / 500.0, 1.0)
    stand = np.exp(-10.0 * (torso_height - 1.25) ** 2)
    total = (1.0 - progress) * stand + progress * forward_velocity
    return total, {"stand": (1.0 - progress) * stand, "run": progress * forward_velocity}
