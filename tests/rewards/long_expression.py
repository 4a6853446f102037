# environment: half-cheetah
def compute_reward(forward_velocity, torso_height, pitch, pitch_velocity, vertical_velocity, action):
    total = (
        1.0 * forward_velocity
        - 0.10 * np.sum(action ** 2, axis=-1)
        - 0.05 * np.abs(pitch)
        - 0.01 * np.abs(pitch_velocity)
        - 0.01 * vertical_velocity ** 2
        + 0.10 * np.exp(-((torso_height - 0.6) / 0.15) ** 2)
        + 0.05 * (forward_velocity > 1.0)
        + 0.05 * (forward_velocity > 3.0)
    )
    return total, {"total": total}
