# environment: half-cheetah
def compute_reward(forward_velocity, action, previous_action, pitch):
    components = {}
    components["speed"] = 1.5 * forward_velocity
    components["effort"] = -0.05 * (action ** 2).sum(axis=1)
    components["smooth"] = -0.02 * ((action - previous_action) ** 2).sum(axis=1)
    components["level"] = 0.1 * np.cos(pitch)
    total = sum(components.values())
    return total, components
