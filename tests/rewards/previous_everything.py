# environment: mountain-car
def potential(height, velocity):
    return height + 40.0 * velocity**2


def compute_reward(height, velocity, previous_height, previous_velocity, episode_step):
    now = potential(height, velocity)
    before = potential(previous_height, previous_velocity)
    progress = np.where(episode_step == 0, 0.0, 0.99 * now - before)
    nudge = 0.01 * np.sign(velocity) * np.sign(velocity - previous_velocity)
    return 10 * progress + nudge, {"progress": 10 * progress, "nudge": nudge}
