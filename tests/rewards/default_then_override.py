# environment: pendulum
def compute_reward(angle, angular_velocity, torque):
    reward = -(np.square(angle) + 0.1 * np.square(angular_velocity) + 0.001 * np.square(torque))
    bonus = np.zeros_like(reward)
    inside = np.abs(angle) < 0.1
    still = np.abs(angular_velocity) < 0.5
    bonus[inside] += 1.0
    bonus[inside & still] += 2.0
    scaled = reward / 16.2736
    return scaled + bonus, {"quadratic": scaled, "bonus": bonus}
