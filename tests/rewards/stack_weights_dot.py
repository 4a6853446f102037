# environment: half-cheetah
def compute_reward(forward_velocity, pitch, vertical_velocity, action):
    names = ("run", "level", "bounce", "ctrl")
    columns = np.stack([forward_velocity, np.cos(pitch), np.abs(vertical_velocity), np.linalg.norm(action, axis=-1)], axis=-1)
    weights = np.array([1.0, 0.05, -0.05, -0.1])
    weighted = columns * weights
    components = {name: weighted[:, i] for i, name in enumerate(names)}
    return weighted.sum(axis=-1), components
