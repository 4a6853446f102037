# environment: ant
LEGS = ("front_left", "front_right", "back_left", "back_right")


def compute_reward(forward_velocity, joint_angles, joint_velocities, foot_contact):
    parts = {"speed": forward_velocity.copy()}
    for i, leg in enumerate(LEGS):
        hip, knee = joint_angles[:, 2 * i], joint_angles[:, 2 * i + 1]
        hip_v, knee_v = joint_velocities[:, 2 * i], joint_velocities[:, 2 * i + 1]
        bend = -0.01 * (hip ** 2 + 0.5 * knee ** 2)
        rate = -0.0005 * (hip_v ** 2 + knee_v ** 2)
        parts[f"{leg}_bend"] = bend
        parts[f"{leg}_rate"] = rate
    parts["contact"] = 0.02 * foot_contact.clip(0, 1).sum(axis=-1)
    total = np.sum(np.stack(list(parts.values()), axis=0), axis=0)
    return total, parts
