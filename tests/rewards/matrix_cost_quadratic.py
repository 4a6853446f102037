# environment: cartpole
Q = np.diag([0.1, 0.01, 5.0, 0.05])


def compute_reward(obs, next_obs):
    cost = np.sum((next_obs @ Q) * next_obs, axis=-1)
    change = np.einsum("ni,ij,nj->n", next_obs - obs, Q, next_obs - obs)
    alive = np.ones(len(obs))
    return alive - 0.1 * cost - 0.1 * change, {"alive": alive, "cost": -0.1 * cost, "change": -0.1 * change}
