# environment: hopper
from __future__ import annotations

from math import exp as mexp
from numpy import abs, clip, exp, float32, maximum, ndarray, square, sum, where, zeros_like
from typing import Any, Optional


def compute_reward(forward_velocity: ndarray, pitch: ndarray, action: ndarray) -> tuple[ndarray, dict[str, ndarray]]:
    speed = clip(forward_velocity, -float32(2), float32(4))
    lean: Optional[Any] = abs(pitch)
    ok = where(lean < 0.5, exp(-lean), mexp(-0.5) + zeros_like(lean))
    cost = -0.01 * sum(square(action), axis=-1)
    return maximum(speed, -1.0) + 0.2 * ok + cost, dict(speed=maximum(speed, -1.0), ok=0.2 * ok, cost=cost)
