# environment: ant
import math
from typing import Dict, Tuple

import numpy as np


def compute_reward(
    forward_velocity: np.ndarray,
    torso_height: np.ndarray,
    uprightness: np.ndarray,
    action: np.ndarray,
    joint_velocities: np.ndarray,
    terminated: np.ndarray,
) -> Tuple[np.ndarray, Dict[str, np.ndarray]]:
    """
    Reward for the ant: run forward as fast as possible while staying upright.

    Args:
        forward_velocity: (N,) velocity along +x in m/s.
        torso_height: (N,) height of the torso.

    Returns:
        total_reward, reward_dict
    """
    # ---------------------------------------------------------------- weights
    velocity_weight: float = 2.0
    upright_weight: float = 0.5
    height_weight: float = 0.3
    action_weight: float = 0.005
    velocity_temperature: float = 0.25
    height_temperature: float = 8.0
    upright_temperature: float = 2.0
    target_height: float = 0.55

    # 1. forward progress (transformed with tanh so that it saturates)
    forward_reward = velocity_weight * (
        forward_velocity + np.tanh(velocity_temperature * forward_velocity)
    )

    # 2. height close to nominal
    height_error = np.abs(torso_height - target_height)
    height_reward = height_weight * np.exp(-height_temperature * height_error ** 2)

    # 3. upright
    upright_reward = upright_weight * (np.exp(upright_temperature * uprightness) - 1.0) / (math.exp(upright_temperature) - 1.0)

    # 4. effort
    action_penalty = -action_weight * np.sum(np.square(action), axis=-1)
    velocity_penalty = -1e-4 * np.sum(joint_velocities ** 2, axis=-1)

    # 5. fall
    fall_penalty = np.where(terminated, -1.0, 0.0)

    total_reward = (
        forward_reward
        + height_reward
        + upright_reward
        + action_penalty
        + velocity_penalty
        + fall_penalty
    )

    reward_dict: Dict[str, np.ndarray] = {
        "forward_reward": forward_reward,
        "height_reward": height_reward,
        "upright_reward": upright_reward,
        "action_penalty": action_penalty,
        "velocity_penalty": velocity_penalty,
        "fall_penalty": fall_penalty,
    }
    return total_reward, reward_dict
