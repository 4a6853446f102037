"""What a candidate is compared with on a bank: the task's own rewards, and earlier candidates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from rewardsmith.bank import Bank
from rewardsmith.critic.distance import Mark, Metric, neighbours, starc_distance
from rewardsmith.signals import Array

NEAREST = 8
"""Earlier candidates whose distance a verdict tells."""
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Comparison:
    """The marks that rewards leave on one bank's transitions."""

    metric: Metric | None = None
    """None where no state was recorded: then nothing is compared."""
    own: Mapping[str, Mark] = field(default_factory=dict[str, Mark])
    """Of the task's own rewards, `fitness` and `human`."""
    earlier: Mapping[str, Mark] = field(default_factory=dict[str, Mark])
    """Of candidates, by id."""

    @classmethod
    def on(cls, bank: Bank) -> Comparison:
        """With the task's own rewards and no candidate."""
        metric = Metric.on(bank.transitions)
        if metric is None:
            return cls()
        return cls(metric, {name: metric.mark(paid) for name, paid in bank.task_rewards.items()})

    def with_candidate(self, name: str, total: Array) -> Comparison:
        """With one more candidate, by its total on the bank's transitions, (rows,)."""
        if self.metric is None:
            return self
        return replace(self, earlier={**self.earlier, name: self.metric.mark(total)})

    def distances(self, mark: Mark) -> dict[str, float]:
        """To the task's own rewards and to the nearest earlier candidates."""
        own = {name: starc_distance(mark, other) for name, other in self.own.items()}
        near = neighbours(mark, self.earlier)[:NEAREST]
        found = own | {neighbour.name: neighbour.distance for neighbour in near}
        return {name: round(distance, _DIGITS) for name, distance in found.items()}
