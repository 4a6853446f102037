"""The plateau: how long nothing better was found, and what is done about it."""

from __future__ import annotations

from math import hypot
from typing import TYPE_CHECKING

from rewardsmith.archive.parents import interval_errors, standard_errors

if TYPE_CHECKING:
    from rewardsmith.archive.fold import Archive

FRESH = 0.5
"""Share of a generation that starts afresh on a plateau."""
WARMER = 0.3
"""What is added to the temperature on a plateau."""
HOTTEST = 2.0
FEW, SOON, LATER = 3, 1, 2
"""In a search of at most FEW generations the strategy changes after SOON, else after LATER ones
without anything better: it could not change at all in a short one if it waited longer."""


def plateau_length(archive: Archive, generation: int) -> int:
    """The number of generations directly before this one that brought nothing better.

    Better is what is ahead of the best before by more than the standard error of the difference:
    the best of many new scores is a little ahead by luck alone, and small steps that are none still
    add up, because the best before stays who was last ahead.
    """
    best: dict[int, tuple[float, float]] = {}
    for name, error in _errors(archive).items():  # the best first
        best.setdefault(archive.candidates[name].generation, (archive.scores[name].value, error))
    length, record = 0, None
    for born in range(generation):
        reached = best.get(born)
        if reached is not None and (record is None or _ahead(reached, record)):
            length, record = 0, reached
        else:
            length += 1
    return length


def _ahead(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] - other[0] > hypot(one[1], other[1])


def _errors(archive: Archive) -> dict[str, float]:
    """The standard error of each score, in the order of the ranking.

    0 where every candidate has one seed: nothing tells noise from merit, and every step counts.
    """
    names = archive.ranking()
    if not archive.measured:
        return dict(zip(names, interval_errors([archive.scores[n] for n in names]), strict=True))
    fitness = [archive.results[name, "selection"].fitness for name in names]
    if all(len(values) < 2 for values in fitness):  # noqa: PLR2004  a spread needs two
        return dict.fromkeys(names, 0.0)
    return dict(zip(names, map(float, standard_errors(fitness)), strict=True))
