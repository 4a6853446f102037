# environment: half-cheetah
from typing import Dict, Tuple
import numpy as np

Array = np.ndarray
Output = Tuple[Array, Dict[str, Array]]

def compute_reward(forward_velocity: Array, action: Array) -> Output:
    ctrl: Array = -0.1 * np.square(action).sum(-1)
    total: Array
    total = forward_velocity + ctrl
    return total, {"run": forward_velocity, "ctrl": ctrl}
