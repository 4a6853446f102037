"""What the analyzer knows of an environment: limits, bounds, ranges; never how fitness is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rewardsmith.backends import ActionSpace
from rewardsmith.bank import Bank
from rewardsmith.environments import Environment
from rewardsmith.signals import Array, RecordedSignals

GOAL_WIDTH = 0.2
"""A signal belongs to the goal if it ends successes within this part of its range."""
GOAL_MARGIN = 0.15
"""Part of a signal's range around the goal's values that counts as near."""
GOOD_FOR_SIMPLE = 0.9
"""The quantile of the bank's fitness that a policy which learned anything surpasses."""
GOAL_EPISODES = 3
"""Fewer successful ends than this describe no goal."""

Ranges = Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Ranked factors that say which of two episodes is nearer to a goal without a fitness."""

    words: str
    """As they were typed."""
    compare: Callable[[Sequence[Mapping[str, Array]]], Array | None]
    """Who of these episodes, (length, ...) arrays by name, is preferred to whom, (episodes,
    episodes): 1 the row's, 0 the column's, 1/2 neither.  None where it cannot be told."""


@dataclass(frozen=True, slots=True)
class EnvironmentFacts:
    """What may be said of an environment and its task; whatever is not known is empty or None."""

    time_limit: int | None = None
    """Steps after which an episode is truncated."""
    maximum: float | None = None
    success: float | None = None
    unit: str = ""
    reduce: str = "sum"
    """How the steps' fitness becomes an episode's."""
    action_space: ActionSpace = field(default_factory=ActionSpace)
    ranges: Ranges = field(default_factory=dict[str, tuple[Any, Any]])
    """By signal: low and high over the bank; scalars, or one value for each dimension."""
    units: Mapping[str, str] = field(default_factory=dict[str, str])
    """By signal: its unit."""
    bounds: Mapping[str, tuple[float | None, float | None]] = field(
        default_factory=dict[str, tuple[float | None, float | None]]
    )
    """By signal: low and high as declared, where they are."""
    goal: Mapping[str, tuple[float, float]] = field(default_factory=dict[str, tuple[float, float]])
    """By signal: between what values episodes that succeed end."""
    simple: float | None = None
    """What only one in ten of the bank's episodes surpasses: simple policies know no more."""
    measured: bool = True
    """Whether the task has a fitness; without one nothing is said of scores."""
    explores: bool = False
    """Whether policies explore in evaluation, too."""
    events: Mapping[str, Callable[[RecordedSignals], Array]] = field(
        default_factory=dict[str, Callable[[RecordedSignals], Array]]
    )
    """What the task's author says can happen, by name."""
    ranking: Ranking | None = None
    """What stands in for a fitness where there is none, if anything."""


def task_facts(
    environment: Environment, bank: Bank, ranking: Ranking | None = None
) -> EnvironmentFacts:
    """What is known of the environment's chosen task, with ranges and goal from its bank."""
    task = environment.task
    ends: dict[str, list[Any]] = {}
    for episode in bank.episodes:
        if task.success is not None and episode.fitness >= task.success:
            for signal in environment.signals:
                ends.setdefault(signal.name, []).append(episode.signals[signal.name][-1])
    return EnvironmentFacts(
        time_limit=bank.time_limit,
        maximum=task.maximum,
        success=task.success,
        unit=task.unit,
        reduce=task.reduce,
        action_space=bank.action_space,
        ranges=bank.ranges,
        units={signal.name: signal.unit for signal in environment.signals},
        bounds={
            signal.name: (signal.low, signal.high)
            for signal in environment.signals
            if signal.low is not None or signal.high is not None
        },
        goal=goal_of(ends, bank.ranges),
        simple=_simple(bank),
        measured=task.measured,
        explores=task.evaluation == "stochastic",
        events=task.events,
        ranking=ranking,
    )


def _simple(bank: Bank) -> float | None:
    fitness = [e.fitness for e in bank.episodes if np.isfinite(e.fitness)]
    return float(np.quantile(fitness, GOOD_FOR_SIMPLE)) if fitness else None


def goal_of(ends: Mapping[str, Any], ranges: Ranges) -> dict[str, tuple[float, float]]:
    """Which signals tell success, from their values where successful episodes ended, (episodes,).

    A signal that ends anywhere is none; with fewer than GOAL_EPISODES ends there is no goal.
    """
    goal: dict[str, tuple[float, float]] = {}
    for name, values in ends.items():
        value = np.asarray(values, dtype=np.float64)
        if name not in ranges or value.ndim != 1 or value.size < GOAL_EPISODES:
            continue
        width = _width(name, ranges)
        if width > 0 and np.ptp(value) <= GOAL_WIDTH * width:
            goal[name] = (float(value.min()), float(value.max()))
    return goal


def near_goal(
    signals: Mapping[str, Array], goal: Mapping[str, tuple[float, float]], ranges: Ranges
) -> Array:
    """On which steps every signal of a goal (one at least) is near its values, (steps,) of bool."""
    margins = {name: GOAL_MARGIN * _width(name, ranges) for name in goal}
    inside = [
        (signals[name] >= low - margins[name]) & (signals[name] <= high + margins[name])
        for name, (low, high) in goal.items()
    ]
    return np.logical_and.reduce(inside)


def _width(name: str, ranges: Ranges) -> float:
    low, high = ranges.get(name, (0.0, 0.0))
    return float(np.max(high)) - float(np.min(low))
