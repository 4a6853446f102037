# environment: ant
LEGS = {"front_left": [0, 1], "front_right": [2, 3], "back_right": [4, 5], "back_left": [6, 7]}


def compute_reward(joint_angles, action, forward_velocity):
    components = {"forward": forward_velocity}
    for leg, joints in LEGS.items():
        bend = np.abs(joint_angles[:, joints]).sum(axis=1)
        push = np.square(action[:, joints]).sum(axis=1)
        components[f"{leg}_bend"] = -0.02 * bend
        components[f"{leg}_push"] = -0.01 * push
    total = np.sum(np.array(list(components.values())), axis=0)
    return total, components
