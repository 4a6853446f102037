# environment: ant
def compute_reward(foot_contact, joint_velocities, forward_velocity):
    speeds = np.abs(joint_velocities)
    speeds.sort(axis=-1)
    fastest = speeds[:, -2:].mean(axis=1)
    median = np.median(joint_velocities, axis=-1)
    return forward_velocity - 0.01 * fastest, {"speed": forward_velocity, "fastest": -0.01 * fastest, "median": 0 * median}
