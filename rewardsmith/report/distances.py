"""Distances between rewards, in words for people; no prompt holds them."""

from __future__ import annotations

from collections.abc import Mapping

_OWN = {"human": "the human reward", "fitness": "the fitness reward"}
SHOWN = 3
"""Earlier candidates that are named."""


def distance_lines(distances: Mapping[str, float]) -> list[str]:
    """What a verdict's distances say: a line on the task's own rewards, one on the nearest."""
    own = [f"{words} {distances[name]:.2f}" for name, words in _OWN.items() if name in distances]
    others = sorted((d, name) for name, d in distances.items() if name not in _OWN)[:SHOWN]
    near = [f"{name} {distance:.2f}" for distance, name in others]
    lines: list[str] = []
    if own:
        lines.append(
            f"STARC distance to {', to '.join(own)} (0 asks for the same behaviour, 0.7 has "
            "nothing to do with it, 1 asks for the opposite; on the bank's transitions)"
        )
    if near:
        lines.append(f"STARC distance to the nearest earlier candidates: {', '.join(near)}")
    return lines
