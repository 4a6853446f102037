# environment: half-cheetah
import numpy as np
from typing import Tuple, Dict

def compute_reward(forward_velocity: np.ndarray, action: np.ndarray, pitch: np.ndarray) -> Tuple[np.ndarray, Dict[str, np.ndarray]]:
    """Encourage fast forward running with smooth, low-effort actions."""
    # Temperature parameters
    velocity_temp: float = 0.5
    pitch_temp: float = 0.3

    velocity_reward = np.tanh(velocity_temp * forward_velocity)
    pitch_reward = np.exp(-np.abs(pitch) / pitch_temp)
    control_penalty = -0.1 * np.sum(np.square(action), axis=-1)

    total_reward = velocity_reward + 0.2 * pitch_reward + control_penalty

    reward_components = {
        "velocity_reward": velocity_reward,
        "pitch_reward": 0.2 * pitch_reward,
        "control_penalty": control_penalty,
    }
    return total_reward, reward_components
