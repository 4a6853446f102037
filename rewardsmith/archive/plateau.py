"""The plateau: how long nothing better was found, and what is done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rewardsmith.archive.fold import Archive

FRESH = 0.5
"""Share of a generation that starts afresh on a plateau."""
WARMER = 0.3
"""What is added to the temperature on a plateau."""
HOTTEST = 2.0


def plateau_length(archive: Archive, generation: int) -> int:
    """The number of generations directly before this one that brought no better score."""
    best: dict[int, float] = {}
    for name in archive.ranking():
        born = archive.candidates[name].generation
        best[born] = max(best.get(born, float("-inf")), archive.scores[name].value)
    length, record = 0, float("-inf")
    for born in range(generation):
        reached = best.get(born, float("-inf"))
        length = 0 if reached > record else length + 1
        record = max(record, reached)
    return length
