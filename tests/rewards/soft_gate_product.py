# environment: half-cheetah
def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-np.clip(z, -30.0, 30.0)))


def compute_reward(forward_velocity, pitch, torso_height, action):
    upright_gate = sigmoid(8.0 * (0.8 - np.abs(pitch)))
    height_gate = sigmoid(20.0 * (torso_height + 0.4))
    gated = forward_velocity * (0.5 + 0.5 * upright_gate * height_gate)
    cost = -0.1 * np.sum(np.square(action), -1)
    return gated + cost, {"gated": gated, "cost": cost}
