# environment: pendulum
import numpy
import numpy as np
import math
from collections.abc import Mapping, Sequence
from typing import Callable, Dict, List, NamedTuple, Optional, Tuple, Union


def unused_helper(x: Sequence[float], f: Optional[Callable] = None) -> Mapping[str, float]:
    return {"x": float(x[0])}


def compute_reward(cos_angle: numpy.ndarray, angular_velocity: np.ndarray, torque) -> Tuple[np.ndarray, Dict[str, np.ndarray]]:
    up = numpy.square(0.5 + 0.5 * cos_angle)
    slow = -0.01 * np.square(angular_velocity)
    small = -0.001 * numpy.square(torque)
    return up + slow + small, {"up": up, "slow": slow, "small": small}
