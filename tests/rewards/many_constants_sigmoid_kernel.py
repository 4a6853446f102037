# environment: ant
HEIGHT_RANGE = {"low": 0.4, "high": 0.8}
KERNEL = dict(scale=12.0, shift=0.5)


def kernel(x, *, scale=1.0, shift=0.0):
    return 1.0 / (1.0 + np.exp(-scale * (x - shift)))


def compute_reward(torso_height, uprightness, forward_velocity, angular_velocity):
    low, high = HEIGHT_RANGE["low"], HEIGHT_RANGE["high"]
    in_range = kernel(torso_height, scale=40.0, shift=low) * kernel(-torso_height, scale=40.0, shift=-high)
    upright = kernel(uprightness, **KERNEL)
    run = in_range * upright * forward_velocity
    wobble = -0.02 * np.linalg.norm(angular_velocity[:, :2], axis=-1)
    return run + wobble, {"run": run, "wobble": wobble}
