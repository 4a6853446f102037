# environment: half-cheetah
def compute_reward(forward_velocity, action):
    def compute(fv, a):
        run = fv
        ctrl = -0.05 * np.sum(a * a, axis=-1)
        return run + ctrl, {"run": run, "ctrl": ctrl}

    result = compute(forward_velocity, action)
    return result
