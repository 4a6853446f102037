"""Random transitions of an environment as a bank, and its sound reward files."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from rewardsmith.bank import Bank
from rewardsmith.environments import Environment, load_environment
from rewardsmith.records import Candidate

FILES = sorted((Path(__file__).parent / "rewards").glob("*.py"))
SPACES = {
    "cartpole": (4, None),
    "mountain-car": (2, None),
    "pendulum": (3, 1),
    "hopper": (11, 3),
    "half-cheetah": (17, 6),
    "ant": (27, 8),
}
"""Numbers of an observation, and of an action where it is not discrete."""


@cache
def environment_named(name: str) -> Environment:
    return load_environment(name)


def environment_of(source: str) -> Environment:
    """The environment that the first line of a reward file names."""
    return environment_named(source.splitlines()[0].removeprefix("# environment: "))


def candidate(source: str) -> Candidate:
    return Candidate(id="g00-c00", source=source, operator="human", generation=0, index=0)


def random_bank(environment: Environment, rows: int = 256, seed: int = 0) -> Bank:
    """Standard normal signals; the ranges are what came out."""
    rng = np.random.default_rng(seed)
    observation, action = SPACES[environment.name]
    shapes = {signal.name: signal.shape for signal in environment.signals}
    transitions: dict[str, np.ndarray] = {}
    for name in environment.reader().names():
        base = name.removeprefix("previous_")
        if base in {"obs", "next_obs"}:
            value = rng.normal(size=(rows, observation)).astype(np.float32)
        elif base == "action" and action is None:
            value = rng.integers(0, 2, rows)
        elif base == "action":
            value = rng.uniform(-1, 1, (rows, action)).astype(np.float32)
        elif base in {"terminated", "truncated"}:
            value = rng.random(rows) < 0.05
        elif base == "episode_step":
            value = rng.integers(0, 200, rows)
        else:
            value = rng.normal(size=(rows, *shapes[base])).astype(np.float32)
        transitions[name] = value
    numbers = {name: value for name, value in transitions.items() if value.dtype.kind != "b"}
    ranges = {name: (float(v.min()), float(v.max())) for name, v in numbers.items()}
    return Bank(transitions=transitions, ranges=ranges)
