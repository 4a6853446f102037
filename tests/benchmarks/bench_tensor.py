"""What a reward in the step costs on the tensor interface: microseconds a step, share of it.

Four ways are stepped in turn, so that noise meets them alike: EnvPool behind our protocol alone,
then the tensor interface with the task's fitness, with a trusted module, with a reward process.
Prints a table and, with `--json PATH`, writes it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch

from rewardsmith import TensorEnvironment, load_environment
from rewardsmith.backends import make_backend

ROUNDS = 7
CARTPOLE = """
def compute_reward(pole_angle, previous_pole_angle, cart_position, action):
    upright = np.exp(-np.square(pole_angle / 0.1))
    calm = -0.5 * np.abs(pole_angle - previous_pole_angle)
    middle = -0.1 * np.abs(cart_position)
    return upright + calm + middle, {"upright": upright, "calm": calm, "middle": middle}
"""
CHEETAH = """
def compute_reward(forward_velocity, pitch, action, previous_action):
    upright = np.exp(-np.square(pitch))
    effort = -0.1 * np.sum(np.square(action), axis=-1)
    jerk = -0.05 * np.sum(np.square(action - previous_action), axis=-1)
    total = forward_velocity + 0.2 * upright + effort + jerk
    return total, {"speed": forward_velocity, "upright": upright, "effort": effort, "jerk": jerk}
"""
CASES = (
    ("cartpole", CARTPOLE, 256, 200),
    ("cartpole", CARTPOLE, 1024, 100),
    ("half-cheetah", CHEETAH, 64, 50),
    ("half-cheetah", CHEETAH, 512, 10),
)


class Timed:
    """Counts the seconds that a call takes."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call
        self.seconds = 0.0

    def __call__(self, *arguments: Any) -> Any:
        begin = time.perf_counter()
        result = self._call(*arguments)
        self.seconds += time.perf_counter() - begin
        return result


def bare(name: str, copies: int, threads: int) -> Callable[[int], tuple[float, float]]:
    """EnvPool alone, resetting in the next step."""
    backend = make_backend(load_environment(name), list(range(copies)), threads=threads)
    backend.reset()
    space = backend.action_space
    rng = np.random.default_rng(0)
    shape = (copies, *space.shape)
    action = rng.integers(0, space.count, copies) if space.count else rng.uniform(-1, 1, shape)

    def run(steps: int) -> tuple[float, float]:
        begin = time.perf_counter()
        for _ in range(steps):
            backend.step(action)
        return (time.perf_counter() - begin) / steps, 0.0

    return run


def paid(name: str, copies: int, threads: int, **reward: Any) -> Callable[[int], Any]:
    """The tensor interface with that reward."""
    env = TensorEnvironment(name, num_envs=copies, threads=threads, **reward)
    env._rewards = timed = Timed(env._rewards)
    torch.manual_seed(0)
    discrete = env.action_space.shape == ()
    action = torch.randint(0, 2, (copies,)) if discrete else torch.rand(copies, env.num_actions)

    def run(steps: int) -> tuple[float, float]:
        timed.seconds, begin = 0.0, time.perf_counter()
        for _ in range(steps):
            env.step(action)
        return (time.perf_counter() - begin) / steps, timed.seconds / steps

    return run


def measure(name: str, source: str, copies: int, steps: int, threads: int) -> list[dict[str, Any]]:
    """Medians and ranges of every way, in microseconds a step of all environments."""
    ways = {
        "simulator alone": bare(name, copies, threads),
        "fitness": paid(name, copies, threads, reward="fitness"),
        "trusted module": paid(name, copies, threads, reward=source, trusted=True),
        "reward process": paid(name, copies, threads, reward=source),
    }
    seen: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, run in ways.items():
            seen[way].append(run(steps))
    rows: list[dict[str, Any]] = []
    for way, values in seen.items():
        whole = [1e6 * total for total, _ in values]
        rows.append(
            {
                "environment": name,
                "environments": copies,
                "way": way,
                "step_us": round(statistics.median(whole), 1),
                "step_us_range": [round(min(whole), 1), round(max(whole), 1)],
                "reward_us": round(1e6 * statistics.median(part for _, part in values), 1),
                "reward_share": round(statistics.median(part / all_ for all_, part in values), 3),
                "steps_per_second": round(copies * 1e6 / statistics.median(whole)),
            }
        )
    return rows


def main() -> None:
    """Measure every case."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    rows: list[dict[str, Any]] = []
    for case in CASES:
        for row in measure(*case, chosen.threads):
            rows.append(row)
            print(json.dumps(row), flush=True)
    if chosen.json:
        told = {
            "command": f"python tests/benchmarks/bench_tensor.py --threads {chosen.threads}",
            "machine": "2 cores x86-64, 24 GiB, no GPU",
            "python": platform.python_version(),
            "date": datetime.now(UTC).date().isoformat(),
            "load_average": round(os.getloadavg()[0], 1),
            "rounds": ROUNDS,
            "rows": rows,
        }
        chosen.json.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
