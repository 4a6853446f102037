# environment: hopper
LOW = np.array([-2.6, -2.6, -0.8])
HIGH = np.array([0.1, 0.1, 0.8])


def compute_reward(joint_angles, forward_velocity, torso_height):
    inside = np.all((joint_angles >= LOW) & (joint_angles <= HIGH), axis=-1)
    over = np.maximum(joint_angles - HIGH, 0.0) + np.maximum(LOW - joint_angles, 0.0)
    penalty = -0.02 * over.sum(axis=-1)
    ok = 0.05 * inside
    tall = np.tanh(torso_height - 0.7)
    return forward_velocity + penalty + ok + tall, dict(v=forward_velocity, penalty=penalty, ok=ok, tall=tall)
