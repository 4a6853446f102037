"""Trials: a few hundred random steps of an environment, for whoever wants to see what it does."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from rewardsmith.backends import ActionSpace, make_backend
from rewardsmith.environments import Environment
from rewardsmith.signals import Array, Transitions
from rewardsmith.training.actors import SCRIPTED
from rewardsmith.training.record import collect

COPIES = 8
"""Environments that are stepped together, a seed each."""
STEPS = 200
"""Steps of each."""
_SEED = 1


@dataclass(frozen=True, slots=True)
class Trial:
    """What happened when all copies acted at random."""

    transitions: Transitions
    valid: Array
    """Which rows are meaningful, (steps, environments)."""
    seconds: float
    observation_shape: tuple[int, ...]
    observation_space: Any
    """The simulator's own where it has one of Gymnasium's, else None."""
    action_space: ActionSpace
    time_limit: int | None


def try_out(environment: Environment) -> Trial:
    """All copies, from the same seeds, with the same random actions whenever it is called."""
    seeds = [int(s) for s in np.random.SeedSequence([_SEED, 1]).generate_state(COPIES) >> 1]
    (random,) = (actor for actor in SCRIPTED if actor.name == "random")
    backend = make_backend(environment, seeds)
    try:
        act = random.start(backend.action_space, np.random.default_rng(_SEED), COPIES)
        began = time.perf_counter()
        transitions, valid = collect(backend, act, STEPS)
        seconds = time.perf_counter() - began
    finally:
        backend.close()
    return Trial(
        transitions=transitions,
        valid=valid,
        seconds=seconds,
        observation_shape=tuple(backend.observation_shape),
        observation_space=getattr(backend, "observation_space", None),
        action_space=backend.action_space,
        time_limit=backend.time_limit,
    )
