# environment: half-cheetah
WEIGHTS = {"run": 1.0, "ctrl": 0.1, "unused": 0.0, "level": 0.05}


def compute_reward(forward_velocity, action, pitch):
    raw = {"run": forward_velocity, "ctrl": -np.square(action).sum(-1), "unused": pitch, "level": np.cos(pitch)}
    active = [name for name, weight in WEIGHTS.items() if weight != 0.0]
    components = {name: WEIGHTS.get(name, 0.0) * raw[name] for name in active}
    total = np.add.reduce([components[n] for n in active])
    return total, components
