"""Beside: where what simple policies are paid most lies near the goal and not in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rewardsmith.analyzer.episodes import Array
from rewardsmith.analyzer.facts import goal_of, near_goal
from rewardsmith.bank import Bank

ENOUGH_EPISODES = 10
"""Fewer episodes than this, in the goal and near it, tell nothing."""
GOAL_STEPS = 20
"""Fewer steps in a goal, near it or elsewhere than this are not compared."""
CLEARLY = 0.1
"""Standard deviations of a step's pay by which one place pays clearly more than another."""
MOST = 0.75
"""Share of the episodes that were in the goal and near it in which it has to be so: what moves fast
is paid more in either place."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What simple policies are paid, on average, by where a step is that fitness counts or not."""

    goal: Mapping[str, tuple[float, float]]
    """By signal: between what values the steps that count lie."""
    there: float
    near: float
    """On steps that do not count, with every one of those signals near its values."""
    elsewhere: float
    spread: float
    """Standard deviation over all steps."""
    share: float
    """Of the episodes that were in both, the part in which near paid more than there."""

    @property
    def pays_most(self) -> bool:
        """Whether near pays clearly more than there, in most episodes, and than elsewhere."""
        gain = self.near - max(self.there, self.elsewhere)
        return self.share >= MOST and gain > CLEARLY * self.spread


def beside_of(bank: Bank, steps: Array, total: Array) -> Beside | None:
    """What is paid in a goal, near it and elsewhere; None where no step's fitness tells a goal.

    A goal is where a step counts or does not, and where what counts lies close together.
    """
    if not steps.size or np.unique(steps).size != 2:  # noqa: PLR2004  it counts, or it does not
        return None
    counts = steps == steps.max()
    first = bank.episodes[0].signals
    names = [name for name, values in first.items() if values.ndim == 1 and name in bank.ranges]
    signals = {n: np.concatenate([e.signals[n] for e in bank.episodes]) for n in names}
    goal = goal_of({name: values[counts] for name, values in signals.items()}, bank.ranges)
    if not goal:
        return None
    near = ~counts & near_goal(signals, goal, bank.ranges)
    parts = [total[counts], total[near], total[~counts & ~near]]
    if min(part.size for part in parts) < GOAL_STEPS:
        return None
    there, beside, elsewhere = (float(part.mean()) for part in parts)
    share = _share_beside(bank, total, counts, near)
    return Beside(goal, there, beside, elsewhere, float(total.std()), share)


def _share_beside(bank: Bank, total: Array, counts: Array, near: Array) -> float:
    """Of the episodes with steps in a goal and near it, the part that was paid more near it."""
    ends = np.cumsum([episode.length for episode in bank.episodes])[:-1]
    cut = zip(*(np.split(values, ends) for values in (total, counts, near)), strict=True)
    both = [(pay[by].mean(), pay[at].mean()) for pay, at, by in cut if at.any() and by.any()]
    return float(np.mean([by > at for by, at in both])) if len(both) >= ENOUGH_EPISODES else 0.0
