# environment: ant
def compute_reward(forward_velocity, sideways_velocity, uprightness, torso_height):
    terms = [forward_velocity, -np.abs(sideways_velocity), uprightness, -np.square(torso_height - 0.6)]
    weights = [1.0, 0.5, 0.2, 2.0]
    names = ["forward", "straight", "upright", "height"]
    scaled = [w * t for w, t in zip(weights, terms)]
    return np.sum(scaled, axis=0), dict(zip(names, scaled))
