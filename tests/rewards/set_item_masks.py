# environment: hopper
def compute_reward(forward_velocity, torso_height, pitch):
    bonus = np.zeros_like(torso_height)
    bonus[torso_height > 0.8] = 0.5
    bonus[np.abs(pitch) > 0.3] -= 0.25
    bonus[(torso_height > 1.0) & (np.abs(pitch) < 0.1)] = 1.0
    speed = forward_velocity.copy()
    speed[speed > 5.0] = 5.0
    speed[speed < -1.0] *= 0.5
    return bonus + speed, {"bonus": bonus, "speed": speed}
