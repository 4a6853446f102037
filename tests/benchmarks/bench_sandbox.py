"""Prints, as JSON lines, what a reward process costs: start, opening, a call, its own memory."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from rewardsmith.sandbox import ArraySpec, RewardServer

ROWS = 2048
SPECS = (ArraySpec("velocity", ()), ArraySpec("obs", (20,)), ArraySpec("action", (9,)))
SOURCE = """
def compute_reward(velocity, obs, action):
    upright = np.exp(-np.square(obs[:, 0]))
    effort = -0.05 * np.sum(np.square(action), axis=-1)
    return velocity + upright + effort, {"v": velocity, "upright": upright, "effort": effort}
"""


def compute_reward(
    velocity: np.ndarray, obs: np.ndarray, action: np.ndarray
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The same in this process."""
    upright = np.exp(-np.square(obs[:, 0]))
    effort = -0.05 * np.sum(np.square(action), axis=-1)
    return velocity + upright + effort, {"v": velocity, "upright": upright, "effort": effort}


def main() -> None:
    """Measure each quantity and print one line for it."""
    begin = time.perf_counter()
    with RewardServer.start() as server:
        say("start of the server", [time.perf_counter() - begin], "s")
        say("fork to first result", repeat(lambda: opened(server), 60))
        say("fork to first result, unchecked", repeat(lambda: opened(server, check=False), 60))
        with server.open(SOURCE, SPECS, ROWS) as process:
            fill(process.inputs)
            arrays = {name: np.array(array) for name, array in process.inputs.items()}
            say("call, 2048 x 30 float32", repeat(lambda: process.call(ROWS), 2000))
            say("the same here", repeat(lambda: compute_reward(**arrays), 2000))
            say("memory of a process's own", [private(process.pid)], "MiB")
            say("memory shared with the server", [private(process.pid, "Shared_")], "MiB")
        say("close", repeat(lambda: closed(server), 60))


def opened(server: RewardServer, *, check: bool = True) -> float:
    """Seconds from asking for a fork to the first answer."""
    begin = time.perf_counter()
    with server.open(SOURCE, SPECS, ROWS, check=check) as process:
        process.call(1)
        return time.perf_counter() - begin


def closed(server: RewardServer) -> float:
    """Seconds until a process has ended."""
    process = server.open(SOURCE, SPECS, ROWS)
    begin = time.perf_counter()
    process.close()
    return time.perf_counter() - begin


def fill(inputs: dict[str, np.ndarray]) -> None:
    """Numbers to compute on."""
    rng = np.random.default_rng(0)
    for array in inputs.values():
        array[:] = rng.normal(size=array.shape)


def repeat(action: Callable[[], object], times: int) -> list[float]:
    """Seconds of each repetition, as `action` tells them or as the clock does."""
    found: list[float] = []
    for _ in range(times):
        begin = time.perf_counter()
        told = action()
        found.append(told if isinstance(told, float) else time.perf_counter() - begin)
    return found


def private(pid: int, kind: str = "Private_") -> float:
    """MiB that /proc counts for a process, private to it or shared."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(kind)) / 1024


def say(what: str, values: list[float], unit: str = "ms") -> None:
    """One line: the median, the least, and how many."""
    factor = 1e3 if unit == "ms" else 1
    record = {
        "what": what,
        "median": round(statistics.median(values) * factor, 4),
        "least": round(min(values) * factor, 4),
        "unit": unit,
        "n": len(values),
    }
    print(json.dumps(record), flush=True)


if __name__ == "__main__":
    main()
