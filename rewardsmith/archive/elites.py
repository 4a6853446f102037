"""Elites: who gets more selection seeds before breeding, because few seeds flatter the best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rewardsmith import stats

if TYPE_CHECKING:
    from rewardsmith.archive.fold import Archive

LEADING = 4
"""The best so many are told apart by further seeds, where their order is open."""
ENOUGH = 10
"""Seeds beyond which an order that is still open is left so, unless the settings ask for more."""
_PURPOSE = "selection"


def elites_of(
    archive: Archive, count: int, seeds: int, maximum: float | None = None
) -> tuple[str, ...]:
    """The best `count` of all generations, those of them that have no more than `seeds` seeds.

    Nobody where the best has reached the task's maximum with every seed: there is nothing left
    to gain, and the finalists are trained on fresh seeds anyway.
    """
    best = archive.ranking()[:count]
    if best and maximum is not None and archive.scores[best[0]].low >= maximum:
        return ()
    return tuple(name for name in best if seeds_of(archive, name, _PURPOSE) <= seeds)


def leaders_of(archive: Archive, maximum: float | None = None) -> tuple[str, ...]:
    """The best LEADING of all generations that were trained to their end.

    Nobody where the best has reached the task's maximum with every seed.
    """
    best = [n for n in archive.ranking() if not archive.results[n, _PURPOSE].cut_short][:LEADING]
    if best and maximum is not None and archive.scores[best[0]].low >= maximum:
        return ()
    return tuple(best)


def undecided_of(
    archive: Archive, names: Sequence[str], purpose: str, most: int
) -> tuple[str, ...]:
    """The first of `names` and those whose order with it is open: of them who have fewest seeds.

    Nobody where those have `most` seeds.  Open is an order whose difference has an interval that
    holds 0; two that are exactly alike on every seed are not told apart by more of them.
    """
    fitness = [archive.results[name, purpose].fitness for name in names]
    rivals = [k for k in range(1, len(names)) if _is_open(fitness[0], fitness[k])]
    group = [names[k] for k in (0, *rivals)] if rivals else []
    fewest = min((seeds_of(archive, name, purpose) for name in group), default=most)
    if fewest >= most:
        return ()
    return tuple(name for name in group if seeds_of(archive, name, purpose) == fewest)


def seeds_of(archive: Archive, name: str, purpose: str) -> int:
    """With how many seeds a reward was trained for a purpose."""
    return len(archive.results[name, purpose].members)


def _is_open(first: Sequence[float], second: Sequence[float]) -> bool:
    gap = stats.difference(first, second)
    return gap is not None and gap.low <= 0 <= gap.high and gap.low < gap.high
