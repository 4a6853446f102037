# environment: ant
def compute_reward(joint_velocities, forward_velocity):
    speeds = np.sort(np.abs(joint_velocities), axis=-1)[:, ::-1]
    worst_two = speeds[:, :2].mean(axis=-1)
    spread = np.percentile(speeds, 90, axis=-1) - np.percentile(speeds, 10, axis=-1)
    jerky = -0.02 * worst_two - 0.01 * spread
    return forward_velocity + jerky, {"forward": forward_velocity, "jerky": jerky}
