# environment: ant
def split_terms(velocity, action):
    return velocity, -0.01 * (action ** 2).sum(axis=-1), np.tanh(velocity)


def compute_reward(forward_velocity, action):
    forward, ctrl, *rest = split_terms(forward_velocity, action)
    (soft,) = rest
    total, parts = forward + ctrl + 0.1 * soft, {"forward": forward, "ctrl": ctrl, "soft": 0.1 * soft}
    return total, parts
