# environment: ant
import numpy as np

def compute_reward(uprightness, torso_height, forward_velocity):
    reward = np.zeros_like(forward_velocity)
    healthy = (torso_height > 0.3) & (torso_height < 1.0)
    reward[healthy] = 1.0
    reward[~healthy] = -1.0
    flipped = uprightness < 0
    reward[flipped] -= 2.0
    total = reward + forward_velocity
    return total, {"healthy": reward, "forward": forward_velocity}
