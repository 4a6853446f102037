"""Executors on several machines: shards of candidates x seeds go there, results come back.

A shard that is lost with its machine is halved and sent again, so that what one candidate does to
a machine ends as that candidate's failed result.  Members train bitwise the same in any shard, so
the results are those of the local executor.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

from rewardsmith.channel import PATIENCE, MemberReply
from rewardsmith.cluster.shard import Answer, heartbeat, make_request, read_answer
from rewardsmith.errors import TrainerFailed, UsageError, unknown_name
from rewardsmith.executor import forget_trained, require_distinct
from rewardsmith.records import MemberResult, TrainJob, TrainProgress, TrainResult
from rewardsmith.shards import Member, Shard, Shards, split_members

HEARTBEAT_SECONDS = 5.0
"""The longest time between two words of progress."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A shard that did not come to its end, and why."""

    reason: str


class Cluster(Protocol):
    """Machines that run shards."""

    slots: int
    """Shards that run at the same time."""

    def submit(self, request: bytes) -> Any:
        """Have a shard trained somewhere; gives a handle, hashable."""
        ...

    def ended(self, handles: Sequence[Any], seconds: float) -> tuple[Any, Answer | Lost] | None:
        """The next shard that has ended, None where none did within so many seconds."""
        ...

    def cancel(self, handles: Sequence[Any]) -> None:
        """End these shards."""
        ...

    def close(self) -> None:
        """Let go of the machines."""
        ...


class ClusterExecutor:
    """Trains jobs on a cluster; a context manager, to be closed."""

    def __init__(
        self,
        cluster: Cluster,
        *,
        unsafe: bool = False,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.workers = cluster.slots
        self._cluster = cluster
        self._unsafe = unsafe
        self._patience = patience
        self._clock = clock
        self._cancelled = False
        self._reached: dict[tuple[str, str, int], int] = {}
        """Steps of each member of a job, (job, reward, seed), when it was last heard of."""

    def train(self, job: TrainJob) -> Iterator[TrainProgress | TrainResult]:
        """Progress shard by shard, and each reward's result as soon as all its seeds are trained.

        Ends early after `cancel()`.  Raises what the environment or the trainer raised there.
        """
        require_distinct(job)
        work = _Work(job, Shards(list(split_members(len(job.rewards), job.seeds, self.workers))))
        began, self._cancelled = self._clock(), False
        if job.until <= 1:
            self._reached.clear()
        at_first = self._steps(job)
        try:
            while self._send(work):
                ended = self._cluster.ended(list(work.running), HEARTBEAT_SECONDS)
                if self._cancelled:
                    return
                if ended is not None:
                    yield from self._receive(work, *ended)
                steps = self._steps(job)
                yield heartbeat(job, steps, steps - at_first, self._clock() - began)
            work.require_a_survivor()
        finally:
            self._cluster.cancel(list(work.running))

    def cancel(self) -> None:
        """End the job, from a signal's handler or another thread too."""
        self._cancelled = True

    def close(self) -> None:
        """Let go of the machines."""
        self._cluster.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, work: _Work) -> bool:
        """Send waiting shards while there is room; whether any is on its way."""
        while len(work.running) < self.workers and (shard := work.shards.take()) is not None:
            patience = self._patience
            request = make_request(work.job, shard, unsafe=self._unsafe, patience=patience)
            work.running[self._cluster.submit(request)] = shard
        return bool(work.running)

    def _receive(self, work: _Work, handle: Any, answer: Answer | Lost) -> Iterator[TrainResult]:
        shard = work.running.pop(handle)
        if isinstance(answer, Lost):
            given_up = work.shards.died(shard)
            replies = [] if given_up is None else [work.give_up(given_up, answer.reason)]
        else:
            replies = read_answer(answer, Path(work.job.folder))
        for reply in replies:
            member = reply.member
            self._reached[work.job.id, member.reward, member.seed] = member.steps
            for result in work.add(reply):
                yield result
                forget_trained(work.job, result)

    def _steps(self, job: TrainJob) -> int:
        """Environment steps of all members, those of an earlier part of the training too."""
        keys = ((job.id, reward.id, seed) for reward in job.rewards for seed in job.seeds)
        return sum(self._reached.get(key, 0) for key in keys)


class _Work:
    """One job on its way."""

    def __init__(self, job: TrainJob, shards: Shards) -> None:
        self.job = job
        self.shards = shards
        self.running: dict[Any, Shard] = {}
        self._done = self._died = 0
        self._last_words = ""
        self._members: dict[str, dict[int, MemberResult]] = {}

    def add(self, reply: MemberReply) -> Iterator[TrainResult]:
        """Take in a member; gives its reward's result where that is complete."""
        member = reply.member
        seeds = self._members.setdefault(member.reward, {})
        seeds[member.seed] = member
        self._done += 1
        self._died += reply.died
        self._last_words = member.failure or self._last_words
        if len(seeds) == len(self.job.seeds):
            members = tuple(seeds[seed] for seed in self.job.seeds)
            yield TrainResult(reward=member.reward, purpose=self.job.purpose, members=members)

    def give_up(self, member: Member, reason: str) -> MemberReply:
        """A member that was lost each time; TrainerFailed where no candidate can be blamed."""
        reward = self.job.rewards[member[0]]
        if reward.kind != "source":
            raise TrainerFailed(f"{reason}, while training the {reward.kind} reward")
        text = f"{reason}, each time that this reward was trained"
        failed = MemberResult(reward=reward.id, seed=member[1], steps=0, failure=text)
        return MemberReply(member=failed, died=True)

    def require_a_survivor(self) -> None:
        """Raises TrainerFailed where every member died: then no candidate is to blame.

        Not where all had trained a part before.
        """
        if self._died == self._done > 1 and self.job.until <= 1:
            raise TrainerFailed(f"{self._last_words}; it was so with every reward")


def make_cluster(name: str, settings: Mapping[str, Any], *, workers: int | None) -> Cluster:
    """The machines behind `--executor NAME`.

    Raises UsageError for an unknown name or setting and where a package is missing.
    """
    if name == "ray":
        from rewardsmith.cluster.ray import RayCluster

        return RayCluster(settings, workers=workers)
    if name == "slurm":
        from rewardsmith.cluster.slurm import SlurmCluster

        return SlurmCluster(settings, workers=workers)
    raise UsageError(unknown_name("executor", name, ("local", "ray", "slurm")))
