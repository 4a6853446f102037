# environment: ant
def compute_reward(forward_velocity, sideways_velocity, torso_height):
    ratio = np.nan_to_num(sideways_velocity / forward_velocity, nan=0.0, posinf=1.0, neginf=-1.0)
    straight = -0.05 * np.clip(np.abs(ratio), 0.0, 1.0)
    height = np.where(np.isfinite(torso_height), torso_height, 0.0)
    return forward_velocity + straight + 0.1 * height, {"forward": forward_velocity, "straight": straight, "height": 0.1 * height}
