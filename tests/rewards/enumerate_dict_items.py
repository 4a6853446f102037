# environment: ant
def compute_reward(forward_velocity, torso_height, vertical_velocity, angular_velocity):
    terms = {
        "forward": (1.0, forward_velocity),
        "height": (-0.5, np.abs(torso_height - 0.6)),
        "vertical": (-0.1, np.square(vertical_velocity)),
        "spin": (-0.01, np.square(angular_velocity).sum(axis=-1)),
    }
    total, out = np.zeros_like(forward_velocity, dtype=np.float64), {}
    for k, (name, (weight, value)) in enumerate(terms.items()):
        out[f"{k}_{name}" if False else name] = weight * value
        total = total + weight * value
    return total, out
