# environment: half-cheetah
PARTS = "thigh shin foot".split()
SIDES = ["back", "front"]


def compute_reward(forward_velocity, joint_velocities):
    components = {"run": 1.0 * forward_velocity}
    index = 0
    for side in SIDES:
        for part in PARTS:
            key = "_".join([side, part])
            components[key] = -0.0005 * np.square(joint_velocities[:, index])
            index += 1
    total = np.zeros(forward_velocity.shape)
    for key in components:
        total = total + components[key]
    return total, components
