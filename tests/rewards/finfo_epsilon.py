# environment: hopper
EPSILON = np.finfo(np.float32).eps

def compute_reward(forward_velocity, action):
    norm = np.sqrt(np.sum(action**2, axis=-1) + EPSILON)
    efficiency = forward_velocity / (norm + 1.0)
    return efficiency, {"efficiency": efficiency}
