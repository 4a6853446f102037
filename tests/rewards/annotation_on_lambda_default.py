# environment: half-cheetah
square = lambda v: v * v
norm1 = lambda v, axis=-1: np.abs(v).sum(axis=axis)


def compute_reward(forward_velocity, action, joint_velocities):
    terms = {
        "run": forward_velocity,
        "ctrl": -0.1 * square(action).sum(axis=-1),
        "rate": -1e-3 * norm1(joint_velocities),
    }
    return terms["run"] + terms["ctrl"] + terms["rate"], terms
