# environment: ant
def compute_reward(joint_angles, forward_velocity, obs):
    assert joint_angles.ndim == 2, "one row a transition"
    n, k = joint_angles.shape
    assert forward_velocity.shape == (n,)
    legs = joint_angles.reshape(n, -1, 2)
    hips, knees = legs[..., 0], legs[..., 1]
    symmetric = -0.05 * (np.std(hips, axis=1) + np.std(knees, axis=1))
    bounded = -0.001 * np.clip(obs, -5.0, 5.0).var(axis=1)
    per_joint = 1.0 / k
    speed = per_joint * forward_velocity * 8
    return symmetric + bounded + speed, {"symmetric": symmetric, "bounded": bounded, "speed": speed}
