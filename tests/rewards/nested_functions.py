# environment: hopper
def compute_reward(torso_height, pitch, forward_velocity):
    def band(x, low, high, slope=5.0):
        below = np.maximum(low - x, 0.0)
        above = np.maximum(x - high, 0.0)
        return np.exp(-slope * (below + above))

    posture = band(torso_height, 1.0, 1.4) * band(pitch, -0.2, 0.2)
    total = posture * (1.0 + np.clip(forward_velocity, 0.0, 4.0))
    return total, {"posture": posture, "speed": total - posture}
