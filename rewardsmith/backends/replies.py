"""What a Gymnasium simulator gives, looked at before anything is computed from it.

Whatever is wrong raises TypeError with words for the simulator's author.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

_STEP = ("observation", "reward", "terminated", "truncated", "info")
_RESET = ("observation", "info")


def read_reset(reply: Any) -> tuple[Any, Mapping[str, Any]]:
    """(observation, info) from what `reset` gave."""
    _require_parts("reset", reply, _RESET)
    return reply[0], _info("reset", reply[1])


def read_step(reply: Any) -> tuple[Any, float, bool, bool, Mapping[str, Any]]:
    """(observation, reward, terminated, truncated, info) from what `step` gave."""
    _require_parts("step", reply, _STEP)
    obs, reward, terminated, truncated, info = reply
    return obs, _number(reward), _truth(terminated), _truth(truncated), _info("step", info)


def _require_parts(method: str, reply: Any, parts: tuple[str, ...]) -> None:
    if not isinstance(reply, tuple) or len(reply) != len(parts):
        given = f"{len(reply)} values" if isinstance(reply, tuple) else type(reply).__name__
        raise TypeError(f"`{method}` must give ({', '.join(parts)}), not {given}")


def _number(reward: Any) -> float:
    if isinstance(reward, float | int):
        return float(reward)
    array = np.asarray(reward)
    if array.dtype.kind not in "fiub" or array.size != 1:
        raise TypeError(f"the reward of a step must be one number, not {reward!r:.80}")
    return float(array.reshape(()))


def _truth(flag: Any) -> bool:
    if isinstance(flag, bool):
        return flag
    array = np.asarray(flag)
    if array.dtype.kind not in "iub" or array.size != 1:
        raise TypeError(f"terminated and truncated must be truth values, not {flag!r:.80}")
    return bool(array.reshape(()))


def _info(method: str, info: Any) -> Mapping[str, Any]:
    if not isinstance(info, Mapping):
        raise TypeError(f"the info of `{method}` must be a dict, not {type(info).__name__}")
    return info


def words_of(error: BaseException) -> str:
    """What an exception says, with its class where that says little."""
    text = " ".join(str(error).split())
    return text if " " in text else f"{type(error).__name__}: {text}".rstrip(": ")
