# environment: ant
def compute_reward(torso_height, uprightness, foot_contact, forward_velocity):
    standing = np.logical_and.reduce([torso_height > 0.3, torso_height < 1.0, uprightness > 0.5])
    airborne = np.logical_not(np.any(foot_contact > 0.5, axis=-1))
    total = np.where(np.logical_and(standing, ~airborne), 1.0 + forward_velocity, -0.5)
    return total, {"standing": standing * 1.0, "airborne": -airborne.astype(np.float32)}
