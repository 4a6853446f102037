# environment: hopper
def compute_reward(forward_velocity, torso_height, pitch):
    terms = np.stack([forward_velocity, torso_height - 1.0, -np.abs(pitch)], axis=0)
    best = terms.max(axis=0)
    worst = np.minimum.reduce([forward_velocity, torso_height, -pitch])
    return 0.5 * best + 0.5 * worst, {"best": 0.5 * best, "worst": 0.5 * worst}
