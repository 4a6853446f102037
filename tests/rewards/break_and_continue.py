# environment: hopper
WEIGHTS = (0.5, 0.0, 0.25)

def compute_reward(forward_velocity, joint_angles):
    cost = np.zeros_like(forward_velocity)
    for index, weight in enumerate(WEIGHTS):
        if weight == 0.0:
            continue
        if index > 2:
            break
        cost = cost + weight * joint_angles[:, index] ** 2
    else:
        cost = cost * 0.5
    return forward_velocity - cost, {"speed": forward_velocity, "cost": -cost}
