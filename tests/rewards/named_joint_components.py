# environment: ant
JOINTS = ("hip_1", "ankle_1", "hip_2", "ankle_2", "hip_3", "ankle_3", "hip_4", "ankle_4")

def compute_reward(forward_velocity, action):
    components = {"speed": forward_velocity}
    for name, torque in zip(JOINTS, action.T):
        components[f"effort_{name}"] = -0.05 * torque ** 2
    total = np.sum(list(components.values()), axis=0)
    return total, components
