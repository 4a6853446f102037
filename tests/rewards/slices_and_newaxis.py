# environment: half-cheetah
def compute_reward(joint_angles, joint_velocities, forward_velocity):
    back = joint_angles[:, :3]
    front = joint_angles[:, 3:]
    difference = back[:, :, np.newaxis] - front[:, np.newaxis, :]
    spread = -0.01 * np.abs(difference).mean(axis=(1, 2))
    last = joint_velocities[..., -1]
    stride = 0.001 * np.abs(joint_velocities[:, ::2]).sum(axis=-1)
    calm = -0.001 * np.abs(last[:, None]).squeeze(-1)
    return forward_velocity + spread + stride + calm, {"speed": forward_velocity, "spread": spread, "stride": stride, "calm": calm}
