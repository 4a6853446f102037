# environment: half-cheetah
def compute_reward(forward_velocity, action, joint_angles):
    batch_size = forward_velocity.shape[0]
    num_joints = joint_angles.shape[1]
    reward = np.zeros(batch_size, dtype=np.float32)
    reward += forward_velocity
    penalty = np.zeros((batch_size,))
    for j in range(num_joints):
        penalty += 0.01 * np.square(joint_angles[:, j])
    reward -= penalty
    ctrl = 0.1 * np.sum(np.square(action), axis=1)
    reward -= ctrl
    return reward, {"forward": forward_velocity, "penalty": -penalty, "ctrl": -ctrl}
