# environment: ant
import numpy as np

def compute_reward(forward_velocity, sideways_velocity, angular_velocity):
    velocity = np.stack([forward_velocity, sideways_velocity], axis=-1)
    speed = np.linalg.norm(velocity, axis=-1)
    direction = forward_velocity / (speed + 1e-6)
    wobble = np.linalg.norm(angular_velocity, axis=1, ord=2)
    total = forward_velocity * np.maximum(direction, 0) - 0.05 * wobble
    return total, {"directed": forward_velocity * np.maximum(direction, 0), "wobble": -0.05 * wobble}
