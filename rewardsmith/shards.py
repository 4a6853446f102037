"""How a job's members are shared out among workers, and what becomes of those whose worker dies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rewardsmith.backends import ON_DEVICE
from rewardsmith.environments import environment_from_specification
from rewardsmith.gpus import visible_gpus
from rewardsmith.records import TrainJob

Member = tuple[int, int]
"""Index of the reward in the job, and the seed."""
Shard = tuple[Member, ...]

POPULATION = (
    "population",
    "rewardsmith.bench.shards:simulate_shard",
    "rewardsmith.bench.shards:train_shard",
)
"""Trainers whose members can lie on a GPU: the population's own, and the bench's."""
DEATHS = 2
"""A member whose worker dies this often while it trains alone is given up."""


def split_members(rewards: int, seeds: Sequence[int], workers: int) -> tuple[Shard, ...]:
    """At most `workers` shards whose sizes differ by one at most.

    The seeds of a reward lie side by side, so that only a reward at the border of two shards
    needs a second reward process.
    """
    return cut([(reward, seed) for reward in range(rewards) for seed in seeds], workers)


def cut(members: Sequence[Member], workers: int) -> tuple[Shard, ...]:
    """At most `workers` shards of these members, in their order, of sizes alike."""
    count = min(workers, len(members))
    bounds = [len(members) * index // count for index in range(count + 1)] if count else [0]
    return tuple(tuple(members[low:high]) for low, high in pairwise(bounds))


@dataclass(slots=True)
class Shards:
    """The shards of one job that still wait, and how often lone members died."""

    waiting: list[Shard]
    deaths: dict[Member, int] = field(default_factory=dict[Member, int])

    def take(self) -> Shard | None:
        """The next shard to train, None where none waits."""
        return self.waiting.pop(0) if self.waiting else None

    def died(self, unfinished: Iterable[Member]) -> Member | None:
        """A worker died with these members unfinished: queue them again, in halves.

        Gives the member that is to be given up, where there is one.
        """
        shard = tuple(unfinished)
        if len(shard) > 1:
            half = len(shard) // 2
            self.waiting += [shard[:half], shard[half:]]
            return None
        for member in shard:
            self.deaths[member] = self.deaths.get(member, 0) + 1
            if self.deaths[member] >= DEATHS:
                return member
            self.waiting.append(shard)
        return None


def workers_for(job: TrainJob, workers: int, gpus: int | None = None) -> int:
    """How many workers share a job: one a GPU where simulator and policies lie on one.

    `gpus` is the number of GPUs, counted where it is not given.
    """
    gpus = len(visible_gpus()) if gpus is None else gpus
    on_gpu = str(job.settings.get("device", "auto")) in {"auto", "cuda"}
    population = str(job.settings.get("trainer", "population")) in POPULATION
    if not (gpus and on_gpu and population):
        return workers
    backend = environment_from_specification(job.environment).chosen_backend
    return min(workers, gpus) if backend in ON_DEVICE else workers
