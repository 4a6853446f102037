# environment: ant
def compute_reward(foot_contact, joint_angles, forward_velocity, uprightness):
    n_feet = foot_contact.shape[-1]
    in_contact = np.count_nonzero(foot_contact > 0.0, axis=-1)
    fraction = in_contact / n_feet
    two = np.isclose(in_contact, 2).astype(float)
    extreme = np.logical_or(joint_angles > 1.2, joint_angles < -1.2).any(axis=-1)
    total = forward_velocity + 0.1 * fraction + 0.05 * two - 0.2 * extreme + 0.1 * uprightness
    return total, {"speed": forward_velocity, "feet": 0.1 * fraction, "two": 0.05 * two, "extreme": -0.2 * extreme, "up": 0.1 * uprightness}
