# environment: cartpole
def compute_reward(episode_step, pole_angle, cart_position, terminated):
    t = np.minimum(episode_step / 500.0, 1.0)
    alive = np.where(terminated, 0.0, 1.0)
    lasting = 0.1 * t
    tidy = -0.1 * (np.abs(pole_angle) / 0.2095 + np.abs(cart_position) / 2.4)
    return alive + lasting + tidy, {"alive": alive, "lasting": lasting, "tidy": tidy}
