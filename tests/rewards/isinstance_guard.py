# environment: hopper
import numpy as np

def as_column(x):
    if isinstance(x, np.ndarray) and x.ndim == 1:
        return x[:, None]
    if isinstance(x, (int, float, np.floating)):
        return np.array([[x]])
    return x

def compute_reward(forward_velocity, joint_angles):
    both = np.concatenate([as_column(forward_velocity), as_column(joint_angles)], axis=1)
    total = both[:, 0] - 0.01 * np.abs(both[:, 1:]).sum(axis=1)
    return total, {"speed": both[:, 0]}
