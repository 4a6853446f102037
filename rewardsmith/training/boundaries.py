"""Boundaries: where a training makes its simulators anew, and where it can be taken up again."""

from __future__ import annotations

FEWEST_BLOCKS = 4
"""A part of a training has at least so many blocks."""
FEWEST_EPISODES = 2
"""In a part every environment has room for so many of the longest episodes."""


def boundaries(blocks: int, parts: int, rollout: int, time_limit: int | None) -> tuple[int, ...]:
    """The numbers of blocks after which a new part begins: `parts` nearly equal parts.

    Fewer parts where they would be too short, so that a short training has no boundary at all.
    """
    shortest = max(FEWEST_BLOCKS, -(-FEWEST_EPISODES * (time_limit or 0) // rollout))
    parts = min(parts, blocks // shortest)
    return tuple(blocks * part // parts for part in range(1, parts))
