# environment: ant
def add(components, name, value):
    components[name] = value

def compute_reward(forward_velocity, uprightness, action):
    components = {}
    add(components, "forward", forward_velocity)
    add(components, "upright", 0.2 * uprightness)
    add(components, "effort", -0.02 * np.sum(action * action, -1))
    return sum(components.values()), components
