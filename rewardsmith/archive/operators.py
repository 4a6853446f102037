"""Operators: how much of a generation each one gets, by what it has paid in this run.

Probability matching with a floor (Goldberg 1990; Thierens 2005, "An adaptive pursuit strategy for
allocating operator probabilities"): a share follows the mean reward, and none dies out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rewardsmith.archive.fold import Archive
    from rewardsmith.records import Candidate

OPERATORS = ("mutate", "crossover", "retune", "initial")
"""In the order of a generation's indices."""
TRUST = 6.0
"""So many candidates' worth of doubt: with fewer, an operator's own mean gain says little."""
FLOOR = 0.5
"""An operator keeps at least this part of the share that the settings give it."""
_MIDDLE = 0.5


def operator_gains(archive: Archive, generation: int) -> dict[str, tuple[float, ...]]:
    """What each candidate before a generation improved on its best parent, by operator.

    In ranks from 0 (the worst score) to 1 (the best); a candidate without parents is compared
    with the middle, one without a score gained nothing.
    """
    before = [
        candidate
        for _, candidate in sorted(archive.candidates.items())
        if candidate.generation < generation and archive.verdicts.get(candidate.id) is not None
    ]
    scored = [c.id for c in before if c.id in archive.scores]
    values = np.array([archive.scores[name].value for name in scored])
    ranks = {
        name: float(((values < value).sum() + (values <= value).sum() - 1) / 2)
        / max(len(scored) - 1, 1)
        for name, value in zip(scored, values, strict=True)
    }
    gains: dict[str, list[float]] = {name: [] for name in OPERATORS}
    for candidate in before:
        if candidate.generation and (operator := operator_of(candidate)) in gains:
            parents = [ranks[name] for name in candidate.parents if name in ranks]
            start = max(parents, default=_MIDDLE)
            gains[operator].append(max(ranks.get(candidate.id, 0.0) - start, 0.0))
    return {name: tuple(found) for name, found in gains.items()}


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
