# environment: hopper
"""REvolve individual 17, generation 3 (parents 5, 9): mutated the healthy term."""
import math
import numpy as np
from typing import Dict, Tuple, Any

HEALTHY_Z_RANGE: Tuple[float, float] = (0.7, float("inf"))
HEALTHY_ANGLE_RANGE = (-0.2, 0.2)
CTRL_COST_WEIGHT = 1e-3
FORWARD_WEIGHT = 1.0
TEMPERATURES: Dict[str, float] = {"z": 0.3, "angle": 0.1}


def is_healthy(z: np.ndarray, angle: np.ndarray) -> np.ndarray:
    min_z, max_z = HEALTHY_Z_RANGE
    min_angle, max_angle = HEALTHY_ANGLE_RANGE
    return np.logical_and.reduce([min_z < z, z < max_z, min_angle < angle, angle < max_angle])


def control_cost(action: np.ndarray) -> np.ndarray:
    return CTRL_COST_WEIGHT * np.sum(np.square(action), axis=-1)


def compute_reward(
    torso_height: np.ndarray, pitch: np.ndarray, forward_velocity: np.ndarray, action: np.ndarray, terminated: Any
) -> Tuple[np.ndarray, Dict[str, np.ndarray]]:
    healthy_reward = is_healthy(torso_height, pitch).astype(np.float64) * (1 - terminated)
    forward_reward = FORWARD_WEIGHT * forward_velocity
    ctrl_cost = control_cost(action)
    bend = math.sqrt(2) * TEMPERATURES["angle"] * np.exp(-np.abs(pitch) / TEMPERATURES["z"])
    reward = healthy_reward + forward_reward - ctrl_cost + bend
    reward_info = {
        "reward_survive": healthy_reward,
        "reward_forward": forward_reward,
        "reward_ctrl": -ctrl_cost,
        "reward_bend": bend,
    }
    return reward, reward_info
