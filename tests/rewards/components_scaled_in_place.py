# environment: hopper
def compute_reward(forward_velocity, torso_height):
    components = {
        "speed": forward_velocity * 1.0,
        "height": np.exp(-np.abs(torso_height - 1.25)),
    }
    components["height"] *= 0.5
    for name in components:
        components[name] = np.clip(components[name], -10, 10)
    total = components["speed"] + components["height"]
    return total, components
