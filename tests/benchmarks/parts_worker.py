"""A trainer that tells how busy its worker was, for `bench_parts.py overlap`."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import torch

from rewardsmith.bench.shards import TimedTraining
from rewardsmith.bench.stopwatch import Stopwatch
from rewardsmith.environments import environment_from_specification
from rewardsmith.records import MemberResult, TrainJob
from rewardsmith.sandbox import RewardServer
from rewardsmith.training.scoring import Scorer
from rewardsmith.training.settings import resolve_settings
from rewardsmith.training.setup import Setup
from rewardsmith.training.stack import Member


def busy_shard(
    job: TrainJob,
    members: Sequence[tuple[int, int]],
    rewards: RewardServer | None,
    *,
    worker: int = 0,
) -> Iterator[MemberResult]:
    """A trainer: train as always until the seconds are over; leave how busy this process was."""
    torch.set_num_threads(1)
    environment = environment_from_specification(job.environment)
    seconds = float(job.settings["busy_seconds"])
    settings = resolve_settings(environment.task.settings)
    chosen = [Member(job.rewards[reward], seed) for reward, seed in members]
    watch = Stopwatch(time.perf_counter)
    used = {member.reward.id: member.reward for member in chosen}
    with closing(Scorer(used.values(), environment, rewards, settings.rows)) as scorer:
        setup = Setup(job, environment, settings, scorer)
        with closing(TimedTraining(setup, [(member, None) for member in chosen])) as training:
            training.attach(watch)
            training.block()
            watch.reset()
            began, spent, waited = time.perf_counter(), time.process_time(), kept_waiting()
            blocks = 0
            while (wall := time.perf_counter() - began) < seconds:
                training.block()
                blocks += 1
            spent, waited = time.process_time() - spent, kept_waiting() - waited
    told = {"wall": wall, "processor": spent, "waiting": waited, "phases": watch.seconds}
    (Path(job.folder) / f"busy-{worker}.json").write_text(json.dumps(told))
    for reward, seed in members:
        yield MemberResult(reward=job.rewards[reward].id, seed=seed, steps=blocks * settings.rows)


def kept_waiting() -> float:
    """Seconds that this process's threads could have run and had no core."""
    files = Path("/proc/self/task").glob("*/schedstat")
    return sum(int(file.read_text().split()[1]) for file in files) / 1e9
