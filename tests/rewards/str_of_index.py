# environment: half-cheetah
def compute_reward(action, forward_velocity):
    components = {"forward": forward_velocity}
    for i in range(action.shape[-1]):
        components["effort_" + str(i)] = -0.1 * action[:, i] ** 2 / 6
    total = np.sum(np.stack(tuple(components.values()), axis=0), axis=0)
    return total, components
