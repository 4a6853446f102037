# environment: hopper
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def compute_reward(
    forward_velocity: NDArray[np.float32],
    torso_height: NDArray[np.float32],
) -> tuple[NDArray[np.float64], dict[str, NDArray[np.float64]]]:
    speed = np.clip(forward_velocity, -1.0, 3.0)
    tall = (torso_height > 0.9).astype(np.float64)
    return speed + tall, {"speed": speed, "tall": tall}
