# environment: ant
from typing import Dict, List, Tuple, Union
import typing as t

Number = Union[int, float]
Vector = t.List[float]
Result = Tuple[np.ndarray, Dict[str, np.ndarray]]

SCALES: Vector = [1.0, 0.1]


def scaled(value: np.ndarray, by: Number = 1) -> np.ndarray:
    out: np.ndarray = value * by
    return out


def compute_reward(forward_velocity: "np.ndarray", uprightness: np.ndarray) -> Result:
    parts: List[np.ndarray] = [scaled(forward_velocity, SCALES[0]), scaled(uprightness, by=SCALES[1])]
    total: np.ndarray = parts[0] + parts[1]
    return total, {"forward": parts[0], "upright": parts[1]}
