"""Cells: candidates that read the same signals are of one kind, and compete with each other only.

A quality-diversity archive (Mouret and Clune 2015, "Illuminating search spaces by mapping elites")
over what rewards look at: its cells' best are the parents, so that one good idea does not crowd
out all others.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rewardsmith.signals import PREVIOUS

if TYPE_CHECKING:
    from rewardsmith.archive.fold import Archive

UNSAID = frozenset({"terminated", "truncated", "episode_step", "action"})
"""What rewards of any kind may read besides: endings, time and effort."""


def cell_of(archive: Archive, candidate: str) -> frozenset[str]:
    """The signals that a candidate reads; a signal and what it was before are one."""
    verdict = archive.verdicts.get(candidate)
    signals = verdict.signals if verdict is not None else ()
    return frozenset(name.removeprefix(PREVIOUS) for name in signals) - UNSAID


def cells_first(archive: Archive, ordered: Iterable[str]) -> tuple[list[str], list[str]]:
    """The first of each cell, and the others, both in the order given."""
    first: list[str] = []
    others: list[str] = []
    seen: set[frozenset[str]] = set()
    for name in ordered:
        cell = cell_of(archive, name)
        (others if cell in seen else first).append(name)
        seen.add(cell)
    return first, others
