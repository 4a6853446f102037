# environment: ant
def compute_reward(forward_velocity, sideways_velocity, vertical_velocity):
    v = np.vstack([forward_velocity, sideways_velocity, vertical_velocity]).T
    weights = np.asarray([1.0, -0.1, -0.2])
    signed = np.where(weights < 0, np.abs(v), v) * weights
    total = signed.sum(axis=1)
    forward, sideways, vertical = signed.T
    return total, {"forward": forward, "sideways": sideways, "vertical": vertical}
