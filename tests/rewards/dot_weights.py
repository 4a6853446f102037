# environment: ant
WEIGHTS = np.array([1.0, -0.5, 0.2])

def compute_reward(forward_velocity, sideways_velocity, uprightness):
    features = np.column_stack([forward_velocity, np.abs(sideways_velocity), uprightness])
    total = features @ WEIGHTS
    parts = features * WEIGHTS
    return total, {name: parts[:, i] for i, name in enumerate(["forward", "straight", "upright"])}
