# environment: half-cheetah
def compute_reward(action, forward_velocity, previous_forward_velocity):
    energy = np.einsum("ij,ij->i", action, action)
    ctrl_cost = -0.1 * energy
    acceleration = forward_velocity - previous_forward_velocity
    steady = -0.01 * np.abs(acceleration)
    return forward_velocity + ctrl_cost + steady, {
        "reward_run": forward_velocity,
        "reward_ctrl": ctrl_cost,
        "reward_steady": steady,
    }
