# environment: hopper
def compute_reward(torso_height, pitch, forward_velocity, action):
    stage_1 = np.exp(-5.0 * np.maximum(0.0, 1.0 - torso_height))
    ok_1 = torso_height > 0.9
    stage_2 = np.where(ok_1, np.exp(-3.0 * np.abs(pitch)), 0.0)
    ok_2 = ok_1 & (np.abs(pitch) < 0.15)
    stage_3 = np.where(ok_2, np.clip(forward_velocity, 0.0, 4.0), 0.0)
    smooth = -5e-4 * np.sum(action**2, axis=-1)
    total = stage_1 + 2.0 * stage_2 + 3.0 * stage_3 + smooth
    reward_info = {
        "stand": stage_1,
        "straighten": 2.0 * stage_2,
        "go": 3.0 * stage_3,
        "smooth": smooth,
    }
    return total, reward_info
