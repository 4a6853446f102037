"""Cells: candidates that look at the same signals and ask for about the same are of one kind.

A quality-diversity archive (Mouret and Clune 2015, "Illuminating search spaces by mapping elites")
over what rewards look at and, by their STARC distance, what behaviour they ask for: the best of the
cells are the parents, so that one good idea does not crowd out all others.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rewardsmith.signals import looked_at

if TYPE_CHECKING:
    from rewardsmith.archive.fold import Archive

Cell = tuple[frozenset[str], str | None]
"""The signals, and the earliest candidate of those that ask for about the same."""


def cell_of(archive: Archive, candidate: str) -> Cell:
    """The cell of a candidate; of an earlier version's runs only what it looks at is known."""
    verdict = archive.verdicts.get(candidate)
    return (frozenset(), None) if verdict is None else (looked_at(verdict.signals), verdict.cluster)


def cells_first(archive: Archive, ordered: Iterable[str]) -> tuple[list[str], list[str]]:
    """The first of each cell, and the others, both in the order given."""
    first: list[str] = []
    others: list[str] = []
    seen: set[Cell] = set()
    for name in ordered:
        cell = cell_of(archive, name)
        (others if cell in seen else first).append(name)
        seen.add(cell)
    return first, others
