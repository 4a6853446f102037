# environment: ant
def compute_reward(action, forward_velocity, foot_contact):
    effort = np.add.reduce(action * action, axis=-1)
    strongest = np.maximum.reduce(np.abs(action), axis=-1)
    any_foot = np.logical_or.reduce(foot_contact > 0, axis=-1)
    total = forward_velocity - 0.01 * effort - 0.01 * strongest + 0.05 * any_foot
    return total, {"speed": forward_velocity, "effort": -0.01 * effort, "strongest": -0.01 * strongest, "foot": 0.05 * any_foot}
