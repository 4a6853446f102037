# environment: half-cheetah
import typing as t
import numpy as np

def compute_reward(forward_velocity: "np.ndarray", action: t.Any) -> "tuple":
    weights: t.Dict[str, float] = {"speed": 1.0, "effort": 0.1}
    parts: t.List[np.ndarray] = []
    parts.append(weights["speed"] * forward_velocity)
    parts.append(-weights["effort"] * np.sum(action**2, axis=1))
    total: np.ndarray = parts[0] + parts[1]
    return total, {"speed": parts[0], "effort": parts[1]}
