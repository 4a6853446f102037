# environment: hopper
def compute_reward(forward_velocity, joint_velocities):
    costs = {f"joint_{i}": -1e-3 * joint_velocities[..., i] ** 2 for i in range(3)}
    total = forward_velocity + sum(costs.values())
    return total, {"speed": forward_velocity, **costs}
