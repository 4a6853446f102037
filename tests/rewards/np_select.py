# environment: mountain-car
import numpy as np

def compute_reward(position, velocity):
    stage = np.select(
        [position >= 0.5, position > 0.2, position > -0.2],
        [100.0, 5.0, 1.0],
        default=-1.0,
    )
    momentum = 10.0 * np.abs(velocity)
    return stage + momentum, {"stage": stage, "momentum": momentum}
