"""Evidence: what the members did, cut into episodes and pooled, ready to be judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from rewardsmith import stats
from rewardsmith.analyzer.episodes import COMPONENT, Array, EpisodeRows, episodes_of
from rewardsmith.analyzer.facts import EnvironmentFacts
from rewardsmith.records import Episode, Finding, MemberResult, Score, TrainResult

SOLVED_RATE, FAILED_RATE = 0.8, 0.2
"""Share of successful episodes from which a task is solved, up to which it has failed."""
SOLVED_PART, FAILED_PART = 0.95, 0.5
"""The same as part of the way to the task's maximum: 5 % is what the exit code forgives."""
GETTING_NOWHERE = 0.2
"""Net over gross fitness of the steps up to which an agent only goes to and fro."""
WHOLE = 999.5
"""From here on, three digits would round to tens: 1234 is told as it is."""
ONLY_LONG = 0.99
"""Mean length, as part of the time limit, below which some episodes ended early."""
IMPROVED = 0.2
"""Gain over the training's start, relative to it, that is beyond the noise of a mean."""


@dataclass(frozen=True)
class Evidence:
    """All that is known of one candidate's training."""

    facts: EnvironmentFacts
    members: tuple[MemberResult, ...]
    rows: tuple[EpisodeRows, ...]
    earlier: Mapping[tuple[int, int], tuple[EpisodeRows, ...]] = field(
        default_factory=dict[tuple[int, int], tuple[EpisodeRows, ...]]
    )
    """Episodes recorded on the way, by seed and steps."""

    @cached_property
    def episodes(self) -> tuple[Episode, ...]:
        """Every evaluated episode of every seed."""
        return tuple(episode for member in self.members for episode in member.episodes)

    @cached_property
    def score(self) -> Score | None:
        """The task score over the seeds."""
        return stats.score([m.fitness for m in self.members if m.fitness is not None])

    @cached_property
    def limit(self) -> int | None:
        """The time limit; the length of truncated episodes where nobody declared one."""
        if self.facts.time_limit is not None:
            return self.facts.time_limit
        return max((e.length for e in self.episodes if not e.terminated), default=None)

    @cached_property
    def success_rate(self) -> float | None:
        """Share of episodes that reached success; None where the task declares none."""
        if self.facts.success is None or not self.episodes:
            return None
        return float(np.mean([e.fitness >= self.facts.success for e in self.episodes]))

    @cached_property
    def solved(self) -> bool:
        """Whether the task is as good as done."""
        if self.success_rate is not None:
            return self.success_rate >= SOLVED_RATE
        part = self._part_of_maximum()
        return part is not None and part >= SOLVED_PART

    @cached_property
    def failing(self) -> bool:
        """Whether the task is far from done: by success, by maximum, else by getting nowhere.

        To get nowhere is not to surpass what simple policies reach, or to lose what is gained.
        """
        if not self.facts.measured:
            return False
        if self.success_rate is not None:
            return self.success_rate <= FAILED_RATE
        part = self._part_of_maximum()
        if part is not None:
            return part <= FAILED_PART
        if self._no_more_than_simple:
            return True
        if self._net is None or self._net > GETTING_NOWHERE:
            return False
        return self.nowhere or not self.improved

    @cached_property
    def worth_telling(self) -> bool:
        """Whether it is told what was done: the task is far from done, or nothing measures it."""
        return self.failing or not self.facts.measured

    @cached_property
    def _no_more_than_simple(self) -> bool:
        """Whether the score stays below what the bank's best episodes have.

        Not where that is negative: the bank cuts long episodes, which hides a part of their cost.
        """
        simple, score = self.facts.simple, self.score
        return simple is not None and score is not None and score.value <= simple and simple > 0

    @cached_property
    def nowhere(self) -> bool:
        """Whether fitness gained and lost on the way cancel out, or there was none."""
        return self._net is not None and abs(self._net) <= GETTING_NOWHERE

    @cached_property
    def _net(self) -> float | None:
        """Net over gross fitness of all recorded steps; 0 where it is always 0."""
        fitness = self.pooled("fitness")
        gross = float(np.abs(fitness).sum())
        return float(fitness.sum()) / gross if gross else (0.0 if fitness.size else None)

    @cached_property
    def improved(self) -> bool:
        """Whether the last third of training has clearly more fitness than the first.

        What tells progress where a task declares neither success nor maximum, and where fitness
        is negative however well the task is done (a distance left, an energy).
        """
        first, last = thirds(self.curve("fitness"))
        return first is not None and last is not None and last - first > IMPROVED * abs(first)

    @cached_property
    def always_lasted(self) -> bool:
        """Whether no episode ended before the time limit, now or along training."""
        lengths = [n for m in self.members for n in m.curve_length if n is not None]
        short = self.limit is not None and any(n < ONLY_LONG * self.limit for n in lengths)
        return not short and not any(e.terminated for e in self.episodes)

    @cached_property
    def components(self) -> tuple[str, ...]:
        """The names of the components, as they stand in trajectories or curves."""
        columns = [name for e in self.rows for name in e.arrays if name.startswith(COMPONENT)]
        names = [name.removeprefix(COMPONENT) for name in columns]
        names += [curve.name for member in self.members for curve in member.components]
        return tuple(dict.fromkeys(names))

    def pooled(self, name: str) -> Array:
        """One array over all recorded rows, float64 (rows, ...); empty where it is missing."""
        arrays = [e.arrays[name] for e in self.rows if name in e.arrays]
        return np.concatenate(arrays).astype(np.float64) if arrays else np.zeros(0)

    def component(self, name: str) -> Array:
        """One component over all recorded rows, (rows,)."""
        return self.pooled(COMPONENT + name)

    def curve(self, kind: str) -> tuple[float | None, ...]:
        """`fitness`, `return` or `length` along training, the mean over the seeds."""
        return mean_curve([getattr(m, f"curve_{kind}") for m in self.members])

    def component_curve(self, name: str, kind: str) -> tuple[float | None, ...]:
        """`mean`, `share`, `spread` or `positive` of a component along training."""
        curves = [c for m in self.members for c in m.components if c.name == name]
        return mean_curve([getattr(c, kind) for c in curves])

    def width(self, signal: str) -> float | None:
        """High - low of a signal's range; None where it is not known."""
        name, _, index = signal.partition("[")
        if name not in self.facts.ranges:
            return None
        low, high = (np.asarray(end, dtype=np.float64) for end in self.facts.ranges[name])
        width = high - low
        if width.ndim:
            width = width.reshape(-1)[int(index.rstrip("]")) if index else 0]
        return float(width) if float(width) > 0 else None

    def _part_of_maximum(self) -> float | None:
        """How much of the way from the untrained policy to the maximum was gone."""
        maximum, score = self.facts.maximum, self.score
        if maximum is None or score is None:
            return None
        start = next((value for value in self.curve("fitness") if value is not None), 0.0)
        start = min(start, score.value)
        return 1.0 if start >= maximum else (score.value - start) / (maximum - start)


def gather(
    result: TrainResult,
    trajectories: Mapping[int, Mapping[str, Array]],
    facts: EnvironmentFacts,
    earlier: Mapping[tuple[int, int], Mapping[str, Array]] | None = None,
) -> Evidence:
    """The evidence in a result and in the recorded arrays of its seeds, at checkpoints as well."""
    members = {member.seed: member for member in result.members}
    rows = tuple(
        episode
        for seed in sorted(trajectories)
        for episode in episodes_of(seed, trajectories[seed], members.get(seed), facts)
    )
    trained = tuple(m for m in result.members if m.fitness is not None)
    before = {
        (seed, steps): tuple(episodes_of(seed, arrays, None, facts))
        for (seed, steps), arrays in (earlier or {}).items()
    }
    return Evidence(facts, trained, rows, before)


def mean_curve(curves: list[tuple[float | None, ...]]) -> tuple[float | None, ...]:
    """Point by point over curves of perhaps different lengths; None where all are None."""
    longest = max((len(curve) for curve in curves), default=0)
    points = [[c[k] for c in curves if k < len(c)] for k in range(longest)]
    known = [[value for value in point if value is not None] for point in points]
    return tuple(float(np.mean(values)) if values else None for values in known)


def thirds(curve: tuple[float | None, ...]) -> tuple[float | None, float | None]:
    """The mean of the curve's first third and of its last; None where too little is known."""
    known = [value for value in curve if value is not None]
    part = len(known) // 3
    return (float(np.mean(known[:part])), float(np.mean(known[-part:]))) if part else (None, None)


def number(value: float | None) -> str:
    """Three significant digits, for people and models; `-` for None."""
    if value is None:
        return "-"
    text = f"{value:.3g}" if abs(value) < WHOLE else f"{value:.5g}"
    return "0" if text == "-0" else text


def signed(value: float) -> str:
    """The same with its sign."""
    return ("+" if value >= 0 else "") + number(value)


def finding(name: str, severity: float, sentence: str) -> Finding:
    """A finding, its severity rounded so that it compares equal everywhere."""
    return Finding(name=name, sentence=sentence, severity=round(severity, 3))
