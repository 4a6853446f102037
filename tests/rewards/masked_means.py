# environment: ant
def compute_reward(foot_contact, joint_velocities, forward_velocity):
    weight = np.repeat(foot_contact > 0.5, 2, axis=1).astype(np.float64)
    count = np.maximum(weight.sum(axis=1), 1.0)
    slip = (weight * np.abs(joint_velocities)).sum(axis=1) / count
    slip_cost = np.nan_to_num(-0.01 * slip, nan=0.0, posinf=0.0, neginf=0.0)
    airborne = np.all(foot_contact <= 0.5, axis=1)
    jump_cost = np.zeros(forward_velocity.shape)
    jump_cost[airborne] = -0.2
    return forward_velocity + slip_cost + jump_cost, {
        "speed": forward_velocity,
        "slip": slip_cost,
        "jump": jump_cost,
    }
