# environment: ant
def compute_reward(action, joint_angles, forward_velocity):
    num_envs, num_joints = action.shape
    smooth = np.zeros(num_envs, dtype=np.float32)
    for joint in range(num_joints):
        smooth += np.abs(action[:, joint] * joint_angles[:, joint])
    smooth /= num_joints
    return forward_velocity - smooth, {"speed": forward_velocity, "power": -smooth}
