# environment: ant
def compute_reward(foot_contact, forward_velocity, vertical_velocity):
    highest = np.max(foot_contact, axis=1)
    lowest = np.amin(foot_contact, axis=1)
    uneven = -0.01 * (highest - lowest)
    jumping = -0.1 * np.square(vertical_velocity)
    speed = np.minimum(forward_velocity, 5.0)
    total = np.add(np.add(speed, uneven), jumping)
    return total, {"speed": speed, "uneven": uneven, "jumping": jumping}
