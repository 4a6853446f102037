"""What every observer hears, and how people read scores and trainings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from rewardsmith import records
from rewardsmith.records import AnyEvent, Score, TrainProgress


class Observer(Protocol):
    """Hears of every event and of progress; closed at the end."""

    def see(self, event: AnyEvent) -> None:
        """An event happened."""
        ...

    def progress(self, progress: TrainProgress) -> None:
        """A training goes on."""
        ...

    def close(self) -> None:
        """The run is over or stopped."""
        ...


def number(value: float | None) -> str:
    """A fitness as people read it."""
    return "–" if value is None else f"{value:.4g}"


def score_text(score: Score | None) -> str:
    """`3.1 [2.8, 3.4]`; one seed has no interval."""
    if score is None:
        return "failed"
    if not score.seeds:
        return "not compared"
    if score.comparisons:
        return f"{score.value:.0%} [{score.low:.0%}, {score.high:.0%}]"
    if score.seeds <= 1:
        return f"{score.value:.4g}"
    return f"{score.value:.4g} [{score.low:.4g}, {score.high:.4g}]"


class Training:
    """How far the current training is, over all its shards."""

    def __init__(self, event: records.TrainingStarted, clock: Callable[[], float]) -> None:
        self.event = event
        self.clock = clock
        self.began = clock()
        self.shards: dict[int, TrainProgress] = {}
        self.trained = 0

    def see(self, progress: TrainProgress) -> None:
        """One shard's latest."""
        self.shards[progress.worker] = progress

    @property
    def members(self) -> int:
        """Policies that the job trains."""
        return len(self.event.rewards) * len(self.event.seeds)

    @property
    def share(self) -> float:
        """Part of the job's environment steps that is done, 0 to 1."""
        if self.trained == len(self.event.rewards):
            return 1.0
        done = sum(s.steps * s.members for s in self.shards.values())
        return min(done / max(1, self.event.steps * self.members), 1.0)

    @property
    def speed(self) -> float:
        """Environment steps a second, all shards together."""
        return sum(shard.steps_per_second for shard in self.shards.values())

    def words(self) -> str:
        """`g00 selection: 16 policies × 40,000 steps, 31 %, 35k steps/s, 12 s left`."""
        event = self.event
        policies = "1 policy" if self.members == 1 else f"{self.members} policies"
        begin = f"{event.job}: {policies} × {event.steps:,} steps"
        if self.share in (0.0, 1.0):
            return begin
        left = (self.clock() - self.began) * (1 - self.share) / self.share
        return f"{begin}, {self.share:.0%}, {self.speed / 1000:.1f}k steps/s, {left:.0f} s left"


def training_of(event: AnyEvent) -> records.TrainingStarted | None:
    """The training that begins with an event; that of a search beside the run as a whole."""
    if isinstance(event, records.BaselineStarted):
        return records.TrainingStarted(
            job=f"{event.baseline} search",
            purpose="selection",
            rewards=tuple(str(number) for number in range(event.proposals)),
            seeds=tuple(range(event.seeds)),
            steps=event.steps,
        )
    return event if isinstance(event, records.TrainingStarted) else None
