# environment: hopper
def compute_reward(torso_height, pitch, joint_velocities, forward_velocity):
    unhealthy = np.logical_or.reduce([
        torso_height < 0.7,
        np.abs(pitch) > 0.2,
        np.any(np.abs(joint_velocities) > 10.0, axis=-1),
    ])
    healthy = 1.0 - unhealthy
    forward = np.maximum.reduce([forward_velocity, np.full_like(forward_velocity, -1.0)])
    return healthy + forward, {"healthy": healthy, "forward": forward}
