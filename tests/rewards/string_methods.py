# environment: hopper
NAMES = "speed height pitch".split()

def compute_reward(forward_velocity, torso_height, pitch):
    values = (forward_velocity, 0.2 * torso_height, -0.1 * np.abs(pitch))
    components = {name.upper().lower() + "_reward": value for name, value in zip(NAMES, values)}
    return sum(components[name + "_reward"] for name in NAMES), components
