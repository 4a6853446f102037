# environment: half-cheetah
def to_unit(x, low, high):
    return np.clip((x - low) / (high - low), 1e-3, 1.0)


def compute_reward(forward_velocity, pitch, torso_height):
    terms = [
        to_unit(forward_velocity, 0.0, 8.0),
        to_unit(np.cos(pitch), 0.0, 1.0),
        to_unit(torso_height, -0.4, 0.1),
    ]
    total = np.prod(terms, axis=0) ** (1.0 / len(terms))
    shown = {f"term_{i}": np.log(term) for i, term in enumerate(terms)}
    return total, shown
