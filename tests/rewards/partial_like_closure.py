# environment: ant
def kernel(sigma):
    scale = 1.0 / (2.0 * sigma * sigma)
    return lambda e: np.exp(-scale * e * e)


narrow, wide = kernel(0.1), kernel(sigma=0.5)


def compute_reward(torso_height, uprightness, forward_velocity):
    posture = 0.1 * narrow(torso_height - 0.55) + 0.1 * wide(1.0 - uprightness)
    return forward_velocity + posture, {"forward": forward_velocity, "posture": posture}
