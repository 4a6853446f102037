"""What a worker does for the bench: simulate alone, or train with a stopwatch, for some seconds.

Both are trainers by `module:attribute`, so that they run in the same warm processes, with the same
environments in each, as every training does.  What they measured is a file in the job's folder.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import torch

from rewardsmith.backends import ActionSpace, make_backend
from rewardsmith.bench.stopwatch import Stopwatch
from rewardsmith.environments import Environment, environment_from_specification
from rewardsmith.records import MemberResult, Record, TrainJob, decode, encode
from rewardsmith.signals import Array
from rewardsmith.training.scoring import Scorer
from rewardsmith.training.settings import PpoSettings, resolve_settings
from rewardsmith.training.setup import Group, Setup, place_of_training
from rewardsmith.training.simulation import Block, environment_seeds
from rewardsmith.training.stack import TRAINING_STREAM, Member
from rewardsmith.training.training import Training

if TYPE_CHECKING:
    from rewardsmith.bench.device import TimedDeviceTraining
    from rewardsmith.sandbox import RewardServer

SECONDS = "bench_seconds"
"""The job's setting that says how long is measured."""
HOST = "host"
_ACTIONS = 64
"""Steps whose random actions are drawn before the clock runs, and used in turn."""


class Measured(Record, frozen=True):
    """What one worker measured."""

    steps: int
    """Environment steps, all members together."""
    seconds: float
    phases: Mapping[str, float] = msgspec.field(default_factory=dict[str, float])
    """Seconds by phase, where there are phases."""
    device: str = HOST
    """Where the members were: on the host, or with their simulator on a device."""


def read_measured(folder: Path) -> list[Measured]:
    """What the workers of the job in this folder measured."""
    return [decode(path.read_bytes(), Measured) for path in sorted(folder.glob("measured-*.json"))]


def simulate_shard(
    job: TrainJob,
    members: Sequence[tuple[int, int]],
    rewards: RewardServer | None,
    *,
    worker: int = 0,
    clock: Callable[[], float] = time.perf_counter,
) -> Iterator[MemberResult]:
    """Step the members' environments with random actions, and nothing else."""
    del rewards
    environment = environment_from_specification(job.environment)
    settings, limit = _settings(job)
    seeds: list[int] = []
    for _, seed in members:
        seeds += environment_seeds(seed, TRAINING_STREAM, settings.environments)
    device = place_of_training(environment, settings, worker)
    with _blocks(environment, seeds, device, settings.rollout) as block:
        block()
        blocks, seconds = _repeat(block, limit, clock)
    steps = _steps(blocks, len(seeds), settings)
    measured = Measured(steps=steps, seconds=seconds, device=device or HOST)
    yield from _finish(job, members, worker, measured)


@contextmanager
def _blocks(
    environment: Environment, seeds: Sequence[int], device: str | None, steps: int
) -> Generator[Callable[[], None]]:
    """A block of simulation alone, where the trainer has its simulators."""
    if device is not None:
        from rewardsmith.bench.device import device_blocks

        with device_blocks(environment, seeds, device, steps, _ACTIONS) as block:
            yield block
        return
    with closing(make_backend(environment, seeds)) as backend:
        backend.reset()
        actions = _random_actions(backend.action_space, len(seeds))

        def on_host() -> None:
            for step in range(steps):
                backend.step(actions[step % _ACTIONS])

        yield on_host


def train_shard(
    job: TrainJob,
    members: Sequence[tuple[int, int]],
    rewards: RewardServer | None,
    *,
    worker: int = 0,
    clock: Callable[[], float] = time.perf_counter,
) -> Iterator[MemberResult]:
    """Train the members as always, but stop when the seconds are over and evaluate nothing."""
    torch.set_num_threads(1)
    environment = environment_from_specification(job.environment)
    settings, limit = _settings(job)
    chosen = [Member(job.rewards[reward], seed) for reward, seed in members]
    used = {member.reward.id: member.reward for member in chosen}
    scorer = Scorer(used.values(), environment, rewards, settings.rows)
    watch = Stopwatch(clock)
    setup = Setup(job, environment, settings, scorer)
    device = place_of_training(environment, settings, worker)
    with closing(scorer), closing(_timed_training(setup, chosen, device)) as training:
        training.block()
        if device is None:
            training.attach(watch)
        blocks, seconds = _repeat(training.block, limit, clock)
        phases = watch.seconds
        if device is not None:
            # Phases end where the device is waited for, and the speed must not pay for that.
            training.attach(watch)
            _, waited = _repeat(training.block, limit, clock)
            phases = {phase: part * seconds / waited for phase, part in watch.seconds.items()}
    steps = _steps(blocks, len(members) * settings.environments, settings)
    measured = Measured(steps=steps, seconds=seconds, phases=phases, device=device or HOST)
    yield from _finish(job, members, worker, measured)


def _timed_training(
    setup: Setup, members: Sequence[Member], device: str | None
) -> TimedTraining | TimedDeviceTraining:
    """The members' training where the trainer has it."""
    group: Group = [(member, None) for member in members]
    if device is None:
        return TimedTraining(setup, group)
    from rewardsmith.bench.device import TimedDeviceTraining

    return TimedDeviceTraining(setup, group, device)


class TimedTraining(Training):
    """A population's training whose phases a stopwatch takes."""

    def attach(self, watch: Stopwatch) -> None:
        """Have every phase timed from now on; for a stack that keeps its size."""
        simulation = self._simulation
        run = simulation.run

        def timed_run(steps: int, act: Callable[[int], Array]) -> Block:
            return watch.timed("simulate", run)(steps, watch.timed("act", act))

        simulation.run = timed_run
        self._explorer.run = watch.timed("act", self._explorer.run)
        self._explorer.values = watch.timed("act", self._explorer.values)
        self._scorer.score = watch.timed("reward", self._scorer.score)
        self._updater.update = watch.timed("update", self._updater.update)

    def block(self) -> None:
        """One rollout and one update, at the first block's learning rate."""
        for _ in self._block(1):
            pass


def _settings(job: TrainJob) -> tuple[PpoSettings, float]:
    """The trainer's settings and the seconds."""
    own: dict[str, Any] = {k: v for k, v in job.settings.items() if k not in ("trainer", SECONDS)}
    environment = environment_from_specification(job.environment)
    return resolve_settings(environment.task.settings, own), float(job.settings[SECONDS])


def _repeat(
    block: Callable[[], None], limit: float, clock: Callable[[], float]
) -> tuple[int, float]:
    """How many blocks were done until the limit was over, and the seconds that they took."""
    began, blocks = clock(), 0
    while (now := clock()) - began < limit:
        block()
        blocks += 1
    return blocks, now - began


def _steps(blocks: int, environments: int, settings: PpoSettings) -> int:
    return blocks * settings.rollout * environments


def _random_actions(space: ActionSpace, environments: int) -> list[Array]:
    """Actions for some steps, (environments, ...) each."""
    rng = np.random.default_rng(0)
    if space.count is not None:
        return [rng.integers(space.count, size=environments) for _ in range(_ACTIONS)]
    low = np.maximum(np.asarray(space.low), -1e3)
    high = np.minimum(np.asarray(space.high), 1e3)
    drawn = rng.uniform(low, high, (_ACTIONS, environments, low.size))
    return list(drawn.reshape(_ACTIONS, environments, *space.shape))


def _finish(
    job: TrainJob, members: Sequence[tuple[int, int]], worker: int, measured: Measured
) -> Iterator[MemberResult]:
    """Leave the figures in the folder; every member ends without a fitness."""
    (Path(job.folder) / f"measured-{worker}.json").write_bytes(encode(measured))
    for reward, seed in members:
        yield MemberResult(reward=job.rewards[reward].id, seed=seed, steps=measured.steps)
