# environment: half-cheetah
def compute_reward(forward_velocity, action):
    speed = np.logaddexp(0.0, forward_velocity)
    saturated = np.mean(np.abs(action) > 0.95, axis=-1)
    return speed - 0.2 * saturated, {"speed": speed, "saturated": -0.2 * saturated}
