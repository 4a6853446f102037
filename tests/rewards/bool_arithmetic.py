# environment: cartpole
def compute_reward(terminated, truncated, pole_angle):
    failed = np.asarray(terminated).astype(bool) & ~np.asarray(truncated).astype(bool)
    total = 1.0 - 2.0 * failed + 0.1 * np.cos(pole_angle)
    return total.astype(np.float32), {"alive": 1.0 - 2.0 * failed.astype(float), "upright": 0.1 * np.cos(pole_angle)}
