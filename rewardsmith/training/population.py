"""Population training: one shard of a job's members learns as one stack in this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import torch

from rewardsmith.environments import environment_from_specification
from rewardsmith.errors import UsageError
from rewardsmith.records import MemberResult, TrainJob, TrainProgress
from rewardsmith.training.scoring import Scorer
from rewardsmith.training.settings import resolve_settings
from rewardsmith.training.setup import Group, Setup, place_of_training
from rewardsmith.training.stack import Member
from rewardsmith.training.training import Training

if TYPE_CHECKING:
    from rewardsmith.sandbox import RewardServer


def train_shard(
    job: TrainJob,
    members: Sequence[tuple[int, int]],
    rewards: RewardServer | None,
    *,
    worker: int = 0,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[TrainProgress | MemberResult]:
    """Train and evaluate members, (index of the reward, seed), and yield each one's result.

    A member whose reward fails is yielded at once and leaves the stack; the others go on as if
    it had never been there.  Raises UsageError for settings that cannot be and
    EnvironmentUnavailable where the simulator does not start.
    """
    torch.set_num_threads(1)
    environment = environment_from_specification(job.environment)
    own = {name: value for name, value in job.settings.items() if name != "trainer"}
    settings = resolve_settings(environment.task.settings, own)
    if settings.rows > job.steps:
        raise UsageError(
            f"{job.steps:,} steps are fewer than one block of environments × rollout = "
            f"{settings.rows:,}; raise --steps, or lower them (--set environments=N)"
        )
    chosen = [Member(job.rewards[reward], seed) for reward, seed in members]
    used = {member.reward.id: member.reward for member in chosen}
    with closing(Scorer(used.values(), environment, rewards, settings.rows)) as scorer:
        setup = Setup(job, environment, settings, scorer)
        for group in setup.groups(chosen):
            with closing(_training(setup, group, worker)) as training:
                yield from training.run(worker, clock)


def _training(setup: Setup, group: Group, worker: int) -> Training:
    """The group's training, on the host or on a device."""
    device = place_of_training(setup.environment, setup.settings, worker)
    if device is None:
        return Training(setup, group)
    from rewardsmith.training.device.training import DeviceTraining

    return DeviceTraining(setup, group, device)
