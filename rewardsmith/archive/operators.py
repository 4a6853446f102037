"""Operators: how much of a generation each one gets, by what it has paid in this run.

Probability matching with a floor (Goldberg 1990; Thierens 2005, "An adaptive pursuit strategy for
allocating operator probabilities"): a share follows the mean reward, and none dies out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rewardsmith.archive.fold import Archive
    from rewardsmith.records import Candidate

OPERATORS = ("mutate", "crossover", "retune", "initial")
"""In the order of a generation's indices."""
TRUST = 6.0
"""So many places' worth of doubt: with fewer, an operator's own mean gain says little."""
FLOOR = 0.5
"""An operator keeps at least this part of the share that the settings give it."""


def operator_gains(archive: Archive, generation: int) -> dict[str, tuple[float, ...]]:
    """What each place of the generations before this one brought, by operator.

    The yardstick is one for all, whatever a proposal came from: how far the best of a place is
    ahead of the best of the generations before its own, in the part of all scored candidates that
    it passed (ranks, as in Fialho et al. 2010, "Toward comparison-based adaptive operator
    selection": the fitness's unit and its outliers do not count).  A place that brought the top no
    further, by failing, by being rejected or by being an earlier candidate over again, gained
    nothing.
    """
    twins = archive.twins
    born = {
        name: candidate.generation
        for name, candidate in archive.candidates.items()
        if candidate.generation < generation and name in archive.scores and name not in twins
    }
    values = np.sort([archive.scores[name].value for name in born])
    gains: dict[str, list[float]] = {name: [] for name in OPERATORS}
    for (when, _), place in _places(archive, generation).items():
        operator = operator_of(place[0])
        if when and operator in gains:
            before = [archive.scores[name].value for name, first in born.items() if first < when]
            found = [archive.scores[c.id].value for c in place if c.id in born]
            ends = np.searchsorted(values, [_best(before), _best(found)], side="right")
            gains[operator].append(max(int(ends[1] - ends[0]), 0) / max(len(values), 1))
    return {name: tuple(found) for name, found in gains.items()}


def _places(archive: Archive, generation: int) -> dict[tuple[int, int], list[Candidate]]:
    """The judged candidates before a generation, repairs behind what they repaired."""
    places: dict[tuple[int, int], list[Candidate]] = {}
    for name, candidate in sorted(archive.candidates.items()):
        if candidate.generation < generation and name in archive.verdicts:
            places.setdefault((candidate.generation, candidate.index), []).append(candidate)
    return places


def _best(values: Sequence[float]) -> float:
    return max(values, default=float("-inf"))


def operator_of(candidate: Candidate) -> str:
    """The operator that a candidate goes back to: a repair counts for what it repaired."""
    if candidate.operator != "repair":
        return candidate.operator
    return ("initial", "mutate", "crossover")[min(len(candidate.parents), 2)]


def adapted_shares(
    shares: Mapping[str, float], gains: Mapping[str, tuple[float, ...]]
) -> dict[str, float]:
    """The shares of the settings, weighed by the mean gain of each operator; they sum to 1."""
    total = sum(shares.values()) or 1.0
    given = {name: share / total for name, share in shares.items()}
    every = [gain for found in gains.values() for gain in found]
    common = float(np.mean(every)) if every else 0.0
    if common <= 0.0:
        return given
    worth = {
        name: (sum(gains.get(name, ())) + TRUST * common) / (len(gains.get(name, ())) + TRUST)
        for name in given
    }
    norm = sum(given[name] * worth[name] for name in given)
    return {
        name: share * (FLOOR + (1.0 - FLOOR) * worth[name] / norm) for name, share in given.items()
    }


def shared_out(shares: Mapping[str, float], count: int) -> tuple[str, ...]:
    """`count` operators in these shares, by largest remainder, in the order of OPERATORS."""
    exact = {name: shares.get(name, 0.0) * count for name in OPERATORS}
    counts = {name: int(number + 1e-9) for name, number in exact.items()}
    left = sorted(OPERATORS, key=lambda name: counts[name] - exact[name])
    for name in left[: count - sum(counts.values())]:
        counts[name] += 1
    return tuple(name for name in OPERATORS for _ in range(counts[name]))


def share_words(shares: Mapping[str, float]) -> str:
    """`50% mutate, 25% crossover, 25% initial`; empty where nothing is known of them."""
    return ", ".join(f"{shares[name]:.0%} {name}" for name in OPERATORS if shares.get(name))
