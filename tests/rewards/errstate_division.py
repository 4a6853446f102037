# environment: ant
import numpy as np


def compute_reward(forward_velocity, sideways_velocity, action):
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.abs(sideways_velocity) / np.abs(forward_velocity)
        ratio = np.where(np.isfinite(ratio), ratio, 0.0)
    with np.errstate(all="ignore"):
        straight = -0.05 * np.minimum(ratio, 1.0)
    cost = -0.005 * np.square(action).sum(axis=-1)
    return forward_velocity + straight + cost, {"forward": forward_velocity, "straight": straight, "cost": cost}
