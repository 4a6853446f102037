# environment: half-cheetah
MAX_SPEED = min(10.0, 2 * 6.0)
MIN_SPEED = -abs(float(2))


def compute_reward(forward_velocity, action):
    bounded = np.minimum(np.maximum(forward_velocity, MIN_SPEED), MAX_SPEED)
    share = bounded / max(MAX_SPEED, 1.0)
    cost = -round(0.1234, 2) * np.mean(np.abs(action), axis=-1)
    return bounded + share + cost, {"bounded": bounded, "share": share, "cost": cost}
