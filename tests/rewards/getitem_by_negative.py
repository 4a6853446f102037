# environment: half-cheetah
def compute_reward(obs, next_obs, action):
    vx = next_obs[..., 8]
    angle = next_obs[..., 1]
    rates = next_obs[..., -6:]
    changed = np.abs(next_obs[:, 2:8] - obs[:, 2:8]).mean(axis=-1)
    ctrl = (0.1 * action ** 2).sum(-1)
    total = vx - ctrl - 0.01 * angle ** 2 - 1e-4 * (rates ** 2).sum(-1) + 0.01 * changed
    return total, {"vx": vx, "ctrl": -ctrl, "angle": -0.01 * angle ** 2, "rates": -1e-4 * (rates ** 2).sum(-1), "moved": 0.01 * changed}
