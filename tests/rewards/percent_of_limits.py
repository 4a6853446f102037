# environment: ant
LOW, HIGH = -0.6, 0.6
MIDDLE = (LOW + HIGH) / 2
HALF = (HIGH - LOW) / 2

def compute_reward(joint_angles, forward_velocity):
    normalised = (joint_angles - MIDDLE) / HALF
    near_limit = np.count_nonzero(np.abs(normalised) > 0.9, axis=-1)
    return forward_velocity - 0.05 * near_limit, {"speed": forward_velocity, "limits": -0.05 * near_limit}
