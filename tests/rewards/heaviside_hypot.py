# environment: ant
def compute_reward(forward_velocity, sideways_velocity, torso_height):
    planar = np.hypot(forward_velocity, sideways_velocity)
    straight = np.divide(forward_velocity, np.maximum(planar, 1e-3))
    standing = np.heaviside(torso_height - 0.3, 0.5)
    total = forward_velocity + 0.2 * straight + 0.5 * standing
    return total, {"forward": forward_velocity * 1.0, "straight": 0.2 * straight, "standing": 0.5 * standing}
