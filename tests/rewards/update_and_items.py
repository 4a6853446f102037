# environment: ant
BASE_WEIGHTS = {"speed": 1.0, "upright": 0.3, "effort": 0.01}


def compute_reward(forward_velocity, uprightness, action, foot_contact):
    weights = dict(BASE_WEIGHTS)
    weights.update({"contact": 0.05, "upright": 0.4})
    terms = {
        "speed": forward_velocity,
        "upright": uprightness,
        "effort": -np.square(action).sum(-1),
    }
    terms.update(contact=np.mean(foot_contact > 0.1, axis=-1).astype(np.float32))
    scaled = {name: weights[name] * term for name, term in sorted(terms.items())}
    total = np.zeros_like(forward_velocity)
    for name, value in scaled.items():
        total = total + value
    return total, scaled
