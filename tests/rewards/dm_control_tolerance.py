# environment: half-cheetah
import numpy as np

def tolerance(x, bounds=(0.0, 0.0), margin=0.0, value_at_margin=0.1):
    lower, upper = bounds
    in_bounds = np.logical_and(lower <= x, x <= upper)
    if margin == 0:
        return np.where(in_bounds, 1.0, 0.0)
    d = np.where(x < lower, lower - x, x - upper) / margin
    scale = np.sqrt(-2 * np.log(value_at_margin))
    return np.where(in_bounds, 1.0, np.exp(-0.5 * (d * scale) ** 2))

def compute_reward(forward_velocity, torso_height, pitch):
    run = tolerance(forward_velocity, bounds=(10.0, float("inf")), margin=10.0, value_at_margin=0.05)
    stand = tolerance(torso_height, (0.5, np.inf), 0.25)
    level = tolerance(pitch, bounds=(-0.3, 0.3), margin=0.5)
    total = stand * level * (5 * run + 1) / 6
    return total, {"run": run, "stand": stand, "level": level}
