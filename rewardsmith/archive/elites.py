"""Elites: who gets more selection seeds before breeding, because few seeds flatter the best."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rewardsmith import stats
from rewardsmith.records import TrainResult

if TYPE_CHECKING:
    from rewardsmith.archive.fold import Archive

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
    return tuple(name for name in best if _count(archive.results, name) <= seeds)


def undecided_of(archive: Archive, seeds: int) -> tuple[str, ...]:
    """The best and the next, where their order is open and neither has more than `seeds` seeds.

    Open is an order whose difference has an interval that holds 0; two that are exactly alike
    on every seed are not told apart by more of them.
    """
    best = archive.ranking()[:2]
    if len(best) < 2 or any(_count(archive.results, name) > seeds for name in best):  # noqa: PLR2004
        return ()
    first, second = (archive.results[name, _PURPOSE].fitness for name in best)
    gap = stats.difference(first, second)
    if gap is None or gap.low > 0 or gap.high < 0 or gap.low == gap.high:
        return ()
    return best


def _count(results: Mapping[tuple[str, str], TrainResult], name: str) -> int:
    return len(results[name, _PURPOSE].members)
