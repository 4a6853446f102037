"""A population's training with evaluations on the way, read by steps and by processor time."""

from __future__ import annotations

import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from rewardsmith.backends import BACKENDS, VectorEnvironment
from rewardsmith.environments import Environment
from rewardsmith.records import TrainJob, TrainReward
from rewardsmith.training.evaluation import Evaluation, Evaluator
from rewardsmith.training.scoring import Scorer
from rewardsmith.training.settings import PpoSettings, resolve_settings
from rewardsmith.training.setup import Setup
from rewardsmith.training.stack import Member
from rewardsmith.training.training import Training

REWARD = TrainReward(id="human", kind="human")
"""What every measured training is paid by: the environment author's own reward."""
LONG = 1000
"""Episodes of this many steps are long."""
FEWEST = 3
"""Blocks from which the cost of a step is taken."""
PLENTY = 1_000_000
"""Steps of a training that is not trained to its end."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Where the members stand after so many steps."""

    steps: int
    """Environment steps of one member."""
    seconds: float
    """Processor time of the training of all members so far, evaluations left out."""
    fitness: tuple[float, ...]
    """Mean of the evaluation's episodes, in the order of the seeds."""
    returns: tuple[float, ...]
    """Mean return of the environment author's reward, in the same episodes."""


def reading(steps: int, seconds: float, found: Sequence[Evaluation]) -> Reading:
    """What evaluations say of their members."""
    returns = (np.mean([episode.reward for episode in one.episodes]) for one in found)
    fitness = tuple(one.fitness for one in found)
    return Reading(steps, seconds, fitness, tuple(float(value) for value in returns))


def machine() -> str:
    """The machine as results name it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{len(os.sched_getaffinity(0))} cores x86-64, {memory:.0f} GiB, no GPU"


def settings_of(environment: Environment, changes: Mapping[str, Any]) -> PpoSettings:
    """The settings of the environment's task with some changed."""
    return resolve_settings(environment.task.settings, changes)


def episodes_of(time_limit: int | None) -> int:
    """Episodes of an evaluation: fewer where they are long."""
    return 5 if time_limit is None or time_limit >= LONG else 10


def spread(blocks: int, count: int) -> tuple[int, ...]:
    """Blocks after which is evaluated: nearly equally spaced, the last one included."""
    count = min(count, blocks)
    return tuple(round(blocks * (number + 1) / count) for number in range(count))


class MeasuredTraining(Training):
    """Trains as ever; what is read on the way changes nothing of it."""

    spent = 0.0
    """Processor time of the blocks so far."""

    @property
    def blocks(self) -> int:
        """Blocks of the whole training."""
        return self._blocks

    @property
    def rows(self) -> int:
        """Steps of a member in one block."""
        return self._settings.rows

    def advance(self, done: int) -> None:
        """Train one block, and cross the boundary that may lie behind it."""
        began = time.process_time()
        for failed in self._block(done):
            raise RuntimeError(f"a member failed: {failed.failure}")
        self.spent += time.process_time() - began
        if done in self._boundaries:
            self._cross(done)

    def read(self, done: int, episodes: int | None = None) -> Reading:
        """How every member stands after so many blocks, always in the same evaluation episodes."""
        episodes = episodes or episodes_of(self._simulation.time_limit)
        evaluator = Evaluator(self._stack, self._environment, self._settings, episodes)
        return reading(done * self.rows, self.spent, evaluator.run(self._scorer))


@contextmanager
def measured_training(
    environment: Environment, seeds: Sequence[int], steps: int, changes: Mapping[str, Any]
) -> Iterator[MeasuredTraining]:
    """A stack of one member a seed before its first step."""
    torch.set_num_threads(1)
    settings = settings_of(environment, {"checkpoint_episodes": 1, **changes})
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Scorer((REWARD,), environment, None, settings.rows)) as scorer,
    ):
        job = TrainJob(
            id="measured",
            environment=environment.specification,
            rewards=(REWARD,),
            seeds=tuple(seeds),
            steps=steps,
            folder=folder,
        )
        members = [(Member(REWARD, seed), None) for seed in seeds]
        setup = Setup(job, environment, settings, scorer)
        with closing(MeasuredTraining(setup, members)) as training:
            yield training


@contextmanager
def kept_simulators() -> Iterator[None]:
    """EnvPool's simulators are handed on within: making one of the DeepMind control suite is dear.

    Each begins a new episode when it is handed on, and goes on with its own random numbers.
    """
    make, free = BACKENDS["envpool"], defaultdict[tuple[str, ...], list[Any]](list)

    def handed(environment: Environment, seeds: Sequence[int], threads: int) -> VectorEnvironment:
        known = free[environment.name, *map(str, seeds)]
        backend: Any = known.pop() if known else make(environment, seeds, threads)
        backend.close = lambda: known.append(backend)
        return backend

    BACKENDS["envpool"] = handed
    try:
        yield
    finally:
        BACKENDS["envpool"] = make


def train_measured(
    environment: Environment,
    seeds: Sequence[int],
    steps: int,
    count: int,
    changes: Mapping[str, Any],
    *,
    episodes: int | None = None,
) -> Iterator[Reading]:
    """Readings of a stack of members: untrained, then `count` times on the way to `steps`."""
    with measured_training(environment, seeds, steps, changes) as training:
        yield training.read(0, episodes)
        marks = spread(training.blocks, count)
        for done in range(1, training.blocks + 1):
            training.advance(done)
            if done in marks:
                yield training.read(done, episodes)


def step_costs(
    environment: Environment, seeds: Sequence[int], changed: Sequence[Mapping[str, Any]]
) -> list[float]:
    """Processor seconds of one step of one member with each of the changes.

    The least of a few blocks after the first, in turn, because what else the machine does can only
    lengthen a block.
    """
    least = [float("inf") for _ in changed]
    with ExitStack() as stack:
        trainings = [
            stack.enter_context(measured_training(environment, seeds, PLENTY, changes))
            for changes in changed
        ]
        for done in range(1, FEWEST + 2):
            for number, training in enumerate(trainings):
                before = training.spent
                training.advance(done)
                if done > 1:
                    cost = (training.spent - before) / training.rows
                    least[number] = min(least[number], cost)
    return least
