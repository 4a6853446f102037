# environment: half-cheetah
def compute_reward(joint_angles, forward_velocity):
    back, front = np.split(joint_angles, 2, axis=-1)
    mirror = -0.02 * np.abs(back + front).mean(-1)
    both = np.hstack([back, front])
    size = -0.001 * np.square(both).sum(-1)
    return forward_velocity + mirror + size, {"speed": forward_velocity, "mirror": mirror, "size": size}
