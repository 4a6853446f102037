"""Which behaviours are compared next: those whose order is open, near the top.

A round holds every reward at most once and is planned from what was known before it, so that its
comparisons can be made at the same time, and again in the same way after a crash.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rewardsmith.preference.strength import NORMAL, Strengths, logistic

MOST_AT_ONCE = 8
"""Comparisons of one round: later rounds know more."""


@dataclass(frozen=True, slots=True)
class Player:
    """A reward with the seeds of its policies."""

    name: str
    seeds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two policies; the first is shown first."""

    first: str
    first_seed: int
    second: str
    second_seed: int


def undecided_pairs(
    players: Sequence[Player],
    strengths: Strengths,
    done: Sequence[Pair],
    most: int,
    rng: np.random.Generator,
) -> tuple[Pair, ...]:
    """The next round: pairs whose order is open, by what a comparison would tell of them.

    What it tells is the variance of the answer times that of the difference of the strengths; a
    reward that can hardly be the best any more counts less.  `done` are the comparisons so far:
    no two policies meet twice, and those that were compared least are taken first.  Nothing where
    every order is decided, or everything was compared.
    """
    by_name = {player.name: player for player in players}
    names = [str(name) for name in rng.permutation(sorted(by_name))]
    hope = _hope(names, strengths)
    worth: list[tuple[float, int, int]] = []
    for i, first in enumerate(names):
        for j in range(i + 1, len(names)):
            gap, error = strengths.gap(first, names[j])
            if abs(gap) < NORMAL * error:
                told = logistic(gap) * logistic(-gap) * error**2
                worth.append((-told * hope[first] * hope[names[j]], i, j))
    met = {_met(pair) for pair in done}
    counts = Counter(side for pair in done for side in _met(pair))
    taken: set[str] = set()
    pairs: list[Pair] = []
    for _, i, j in sorted(worth):
        if len(pairs) == min(most, MOST_AT_ONCE):
            break
        if not taken & {names[i], names[j]}:
            pair = _pair(by_name[names[i]], by_name[names[j]], (met, counts), rng)
            if pair is not None:
                taken |= {names[i], names[j]}
                pairs.append(pair)
    return tuple(pairs)


def matched_pairs(
    winner: Player, others: Sequence[Player], rng: np.random.Generator
) -> tuple[Pair, ...]:
    """The winner's policies against each other reward's, each policy once against each of them."""
    pairs: list[Pair] = []
    for other in others:
        own, theirs = (rng.permutation(player.seeds) for player in (winner, other))
        for mine, its in zip(own, theirs, strict=False):
            pairs.append(_ordered((winner.name, int(mine)), (other.name, int(its)), rng))
    return tuple(pairs)


def _hope(names: Sequence[str], strengths: Strengths) -> dict[str, float]:
    """From 1 to 0: how near each could come to the best, one standard error up."""
    best = max(float(strengths.values[strengths.names.index(name)]) for name in names)
    found: dict[str, float] = {}
    for name in names:
        k = strengths.names.index(name)
        error = float(np.sqrt(strengths.covariance[k, k]))
        found[name] = 2 * logistic(min(float(strengths.values[k]) + error - best, 0.0))
    return found


def _pair(
    player: Player,
    other: Player,
    known: tuple[set[frozenset[tuple[str, int]]], Counter[tuple[str, int]]],
    rng: np.random.Generator,
) -> Pair | None:
    """Two of their policies that have not met, the least compared; None where all have."""
    met, counts = known
    open_ = [
        ((player.name, int(mine)), (other.name, int(its)))
        for mine in rng.permutation(player.seeds)
        for its in rng.permutation(other.seeds)
    ]
    open_ = [sides for sides in open_ if frozenset(sides) not in met]
    if not open_:
        return None
    one, its = min(open_, key=lambda sides: counts[sides[0]] + counts[sides[1]])
    return _ordered(one, its, rng)


def _met(pair: Pair) -> frozenset[tuple[str, int]]:
    return frozenset(((pair.first, pair.first_seed), (pair.second, pair.second_seed)))


def _ordered(one: tuple[str, int], other: tuple[str, int], rng: np.random.Generator) -> Pair:
    """The two, either of them first."""
    first, second = (one, other) if rng.integers(2) else (other, one)
    return Pair(*first, *second)
