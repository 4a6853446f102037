"""Guides: policies that a bank's episodes come from beside the scripted ones, trained for it.

They learn from the task's own reward for a short while: long enough to go where no script goes,
short enough that the first run on an environment does not wait for them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from rewardsmith.backends import ActionSpace
from rewardsmith.environments import Environment
from rewardsmith.records import MemberResult, TrainJob, TrainReward
from rewardsmith.signals import Array
from rewardsmith.training.actors import Act, Actor
from rewardsmith.training.policy import Policy, load_policy
from rewardsmith.training.population import train_shard
from rewardsmith.training.settings import resolve_settings

STEPS = 24_000
"""Environment steps of one guide.  Seconds of one core: mountain-car 2, half-cheetah 3, ant 7."""
ENVIRONMENTS = 8
"""Copies that one guide acts in, every other one deterministically."""


def guides(environment: Environment, kinds: tuple[str, ...], seed: int) -> tuple[Actor, ...]:
    """A policy trained with each of the task's own rewards; one whose training failed is left out.

    Design, invariant 8: `human` is only asked for where a person typed `--bank-human`.
    """
    with tempfile.TemporaryDirectory() as folder:
        return tuple(
            _actor(result.reward, load_policy(Path(folder) / result.policy))
            for result in _trained(environment, kinds, seed, folder)
            if result.policy is not None
        )


def _trained(
    environment: Environment, kinds: tuple[str, ...], seed: int, folder: str
) -> Iterator[MemberResult]:
    """All kinds as one stack, in this process: the task's own rewards need no reward process."""
    settings = resolve_settings(environment.task.settings)
    job = TrainJob(
        id="bank",
        environment=environment.specification,
        rewards=tuple(TrainReward(id=kind, kind=kind) for kind in kinds),
        seeds=(seed,),
        steps=max(settings.rows, min(STEPS, environment.task.steps)),
        folder=folder,
        evaluation_episodes=1,
        purpose="bank",
    )
    for reply in train_shard(job, [(index, seed) for index in range(len(kinds))], None):
        if isinstance(reply, MemberResult):
            yield reply


def _actor(name: str, policy: Policy) -> Actor:
    """The policy in its copies of the environment."""

    def start(space: ActionSpace, rng: np.random.Generator, count: int) -> Act:
        del space
        steady = np.arange(count) % 2 == 0

        def act(obs: Array, step: Array) -> Array:
            del step
            return _mixed(steady, policy.act(obs), policy.act(obs, deterministic=False, rng=rng))

        return act

    return Actor(name, ENVIRONMENTS, start)


def _mixed(chosen: Array, first: Array, second: Array) -> Array:
    """Rows of the first where chosen, else of the second."""
    return np.where(chosen.reshape(-1, *(1,) * (first.ndim - 1)), first, second)
