# environment: half-cheetah
def add(components, name, value):
    if name in components:
        components[name] = components[name] + value
    else:
        components[name] = value
    return components


def compute_reward(forward_velocity, action, pitch):
    components = {}
    add(components, "run", forward_velocity)
    add(components, "cost", -0.05 * np.square(action).sum(-1))
    add(components, "cost", -0.01 * np.square(pitch))
    if not components:
        components = {"zero": np.zeros_like(pitch)}
    return sum(components.values()), components
