# environment: hopper
def compute_reward(forward_velocity, torso_height):
    ratio = forward_velocity / np.where(np.abs(torso_height) < 1e-3, 1e-3, torso_height)
    ratio = np.nan_to_num(ratio, nan=0.0, posinf=10.0, neginf=-10.0)
    ratio = np.clip(ratio, -10.0, 10.0)
    return ratio, {"ratio": ratio}
