# environment: half-cheetah
from typing import Dict, Tuple

Array = np.ndarray


def smoothstep(x: Array, edge0: float, edge1: float) -> Array:
    t = np.clip((x - edge0) / (edge1 - edge0), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def compute_reward(forward_velocity: Array, vertical_velocity: Array, pitch: Array) -> Tuple[Array, Dict[str, Array]]:
    run: Array = 4.0 * smoothstep(forward_velocity, 0.0, 10.0)
    flip: Array = -smoothstep(np.abs(pitch), 0.5, 2.0)
    bounce: Array = -0.05 * vertical_velocity**2
    out: Dict[str, Array] = {}
    out["run"], out["flip"], out["bounce"] = run, flip, bounce
    return run + flip + bounce, out
