# environment: half-cheetah
def compute_reward(forward_velocity, action):
    reward = forward_velocity.astype(np.float64)
    reward += 1.0
    a = np.asarray(action, dtype=np.float64)
    a = a - a.mean(axis=1, keepdims=True)
    a **= 2
    reward -= 0.1 * a.sum(axis=1)
    return reward, {"reward": reward}
