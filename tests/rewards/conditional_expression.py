# environment: ant
TARGET_SPEED = 1.5
STRICT = True

def compute_reward(forward_velocity, action):
    error = forward_velocity - TARGET_SPEED
    tracking = np.exp(-error**2 / (0.25 if STRICT else 1.0))
    cost = (0.05 if STRICT else 0.01) * np.sum(action**2, axis=-1)
    return tracking - cost, {"tracking": tracking, "cost": -cost}
