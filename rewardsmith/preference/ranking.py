"""Ranked factors: `success > -duration > -abs(action)`, the more important first.

After HERON (Bukharin et al. 2023, "Hierarchical reward modeling"): two behaviours are compared by
the first factor, by the next only where they are alike in it, and so on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rewardsmith.environments import event_rows
from rewardsmith.errors import EnvironmentUnavailable, UsageError, unknown_name
from rewardsmith.signals import RecordedSignals

Array = np.ndarray[Any, Any]
Events = Mapping[str, Callable[[RecordedSignals], Array]]

AGGREGATES: Mapping[str, Callable[[Array], float]] = {
    "mean": lambda values: float(np.mean(values)),
    "abs": lambda values: float(np.mean(np.abs(values))),
    "sum": lambda values: float(np.sum(values)),
    "min": lambda values: float(np.min(values)),
    "max": lambda values: float(np.max(values)),
    "first": lambda values: float(values[0]),
    "last": lambda values: float(values[-1]),
}
"""From an episode's values, (length,), to one number."""
TOLERANCE = 0.1
"""Of a factor's standard deviation over the behaviours: HERON's margin."""
LENGTH, ENDED = "length", "terminated"
"""Factors that every environment has: an episode's steps, and whether the simulator ended it."""
BUILTIN = (LENGTH, ENDED, "action")
_FACTOR = re.compile(
    r"(?P<less>-?)\s*(?:(?P<how>[a-z]+)\s*\(\s*(?P<inner>\w+(?:\[\d+\])?)\s*\)"
    r"|(?P<name>\w+(?:\[\d+\])?))\s*(?:~\s*(?P<tolerance>[0-9.eE+-]+))?"
)


@dataclass(frozen=True, slots=True)
class Factor:
    """One level of a ranking."""

    text: str
    """As it was typed."""
    name: str
    """A signal, `signal[k]`, an event, `length`, `terminated` or `action`."""
    how: str
    """One of AGGREGATES; `mean` for events: the share of the episodes in which it happened."""
    less: bool = False
    """Whether less of it is better."""
    tolerance: float | None = None
    """Differences up to this are none; TOLERANCE of its spread where nobody says."""


def parse_rank(
    text: str, signals: Mapping[str, tuple[int, ...]], events: Collection[str]
) -> tuple[Factor, ...]:
    """The factors of a ranking, the most important first.

    `signals` are shapes by name.  Raises UsageError that quotes the factor which is wrong.
    """
    parts = [part.strip() for part in text.split(">")]
    return tuple(_factor(part, text, signals, events) for part in parts)


def factor_values(
    factors: Sequence[Factor], episodes: Sequence[Mapping[str, Array]], events: Events
) -> tuple[float, ...]:
    """Every factor of one behaviour: the mean over its episodes, (length, ...) arrays by name.

    Raises UsageError where a factor's signal was not recorded.
    """
    return tuple(
        float(np.mean([_value(factor, episode, events) for episode in episodes]))
        for factor in factors
    )


def compare_by_rank(
    factors: Sequence[Factor],
    first: Sequence[float],
    second: Sequence[float],
    spreads: Sequence[float],
) -> tuple[float, str]:
    """Whether the first is better (1), worse (0) or alike in all (1/2), and by what.

    `spreads` are the factors' standard deviations over all behaviours.
    """
    for factor, one, other, spread in zip(factors, first, second, spreads, strict=True):
        margin = TOLERANCE * spread if factor.tolerance is None else factor.tolerance
        if abs(one - other) <= margin:
            continue
        better = (one < other) == factor.less
        best, rest = (one, other) if better else (other, one)
        return float(better), f"{factor.text}: {best:.4g} against {rest:.4g}"
    return 0.5, "alike in every factor"


def preferred_pairs(
    factors: Sequence[Factor], episodes: Sequence[Mapping[str, Array]], events: Events
) -> Array:
    """Who of single episodes is preferred to whom, (episodes, episodes).

    1 the row's, 0 the column's, 1/2 where they are alike.  Raises UsageError where a factor's
    signal was not recorded.
    """
    values = [factor_values(factors, [episode], events) for episode in episodes]
    spreads = np.std(np.array(values), axis=0).tolist()
    won = [[compare_by_rank(factors, a, b, spreads)[0] for b in values] for a in values]
    return np.array(won, dtype=np.float64)


def _factor(
    part: str, whole: str, signals: Mapping[str, tuple[int, ...]], events: Collection[str]
) -> Factor:
    found = _FACTOR.fullmatch(part)
    if found is None:
        raise UsageError(
            f"--rank {whole!r}: {part!r} is no factor; write a signal, an event or {LENGTH}, as "
            'in "success > -length > -abs(action)": - where less is better, ~ 0.1 for what is alike'
        )
    name, how = found["inner"] or found["name"], found["how"] or ""
    if how and how not in AGGREGATES:
        raise UsageError(f"--rank: {unknown_name('aggregate', how, AGGREGATES)}")
    bare, _, index = name.partition("[")
    if bare not in {*signals, *events, *BUILTIN}:
        known = [*signals, *events, *BUILTIN]
        raise UsageError(f"--rank: {unknown_name('signal or event', bare, known)}")
    shape = signals.get(bare, ())
    size = int(np.prod(shape))
    if bare in signals and shape and (not index and how != "abs"):
        raise UsageError(
            f"--rank: {bare} has {size} numbers; name one, {bare}[0], or abs({bare}) for their "
            "mean size"
        )
    numbered = bare == "action" or (bare in signals and int(index[:-1] or 0) < size)
    if index and not numbered:
        raise UsageError(f"--rank: {bare} has no number {index[:-1]}")
    return Factor(
        part,
        name,
        how or ("abs" if bare == "action" else "mean"),
        bool(found["less"]),
        _tolerance(found["tolerance"], part),
    )


def _tolerance(text: str | None, part: str) -> float | None:
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value < float("inf"):
        raise UsageError(f"--rank: {text} in {part!r} is no tolerance; write a number from 0 on")
    return value


def _value(factor: Factor, episode: Mapping[str, Array], events: Events) -> float:
    if factor.name == LENGTH:
        return float(len(episode["episode_step"]))
    if factor.name == ENDED:
        return float(np.any(episode["terminated"]))
    if factor.name in events:
        try:
            holds = event_rows({factor.name: events[factor.name]}, episode)
        except EnvironmentUnavailable as error:
            raise UsageError(f"--rank {factor.text}: {error}") from error
        return float(holds[factor.name].any())
    bare, _, index = factor.name.partition("[")
    if bare not in episode:
        raise UsageError(f"--rank {factor.text}: {bare} was not recorded with finite numbers")
    values = np.asarray(episode[bare], dtype=np.float64)
    if index:
        columns, number = values.reshape(len(values), -1), int(index[:-1])
        if number >= columns.shape[1]:
            raise UsageError(f"--rank {factor.text}: {bare} has {columns.shape[1]} numbers")
        values = columns[:, number]
    return AGGREGATES[factor.how](values)
