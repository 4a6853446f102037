# environment: half-cheetah
LEGS = {"back": (0, 1, 2), "front": (3, 4, 5)}

def compute_reward(forward_velocity, joint_velocities, action):
    components = {"run": forward_velocity}
    for leg, joints in LEGS.items():
        power = np.zeros_like(forward_velocity)
        for j in joints:
            power = power + np.abs(action[:, j] * joint_velocities[:, j])
        components[f"power_{leg}"] = -0.01 * power
    return sum(components.values()), components
