# environment: pendulum
def compute_reward(cos_angle, episode_step):
    decay = 0.999 ** episode_step
    total = cos_angle * decay
    return total, {"upright": total}
