# environment: hopper
POSES = ((0.0, 0.0, 0.0), (-0.4, -0.2, 0.3), (-0.8, -0.6, 0.6))


def compute_reward(joint_angles, forward_velocity):
    candidates = np.array(POSES)
    gaps = joint_angles[:, None, :] - candidates[None]
    distances = np.sqrt(np.sum(gaps**2, axis=-1))
    nearest = distances.min(axis=-1)
    which = distances.argmin(axis=-1)
    pose = np.exp(-2.0 * nearest)
    crouched = np.take(np.array([0.0, 0.1, 0.2]), which)
    speed = np.clip(forward_velocity, 0, 3) / 3
    return pose + crouched + speed, {"pose": pose, "crouched": crouched, "speed": speed}
