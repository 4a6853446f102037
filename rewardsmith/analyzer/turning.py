"""What became of a behaviour: recorded episodes at a checkpoint against those at the end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rewardsmith.analyzer.episodes import Array, EpisodeRows
from rewardsmith.analyzer.evidence import Evidence, number

MOST = 2
"""Signals that are told."""
APART = 1.0
"""Standard deviations, of both times together, by which a signal's mean has to differ."""


def changed_since(evidence: Evidence, seed: int, steps: int) -> str:
    """A sentence on how a seed's recorded episodes differ from those at a checkpoint.

    Empty where either were not recorded, or where nothing differs that is worth telling.
    """
    before = evidence.earlier.get((seed, steps), ())
    now = [episode for episode in evidence.rows if episode.seed == seed]
    if not before or not now:
        return ""
    told = [f"{name} {was} then and {became} now" for name, was, became in _turned(before, now)]
    lengths = [float(np.mean([episode.length for episode in part])) for part in (before, now)]
    if lengths[0] != lengths[1]:
        told.insert(0, f"episodes lasted {lengths[0]:.0f} steps then and {lengths[1]:.0f} now")
    if not told:
        return ""
    return f" In the episodes recorded at step {steps} against the last ones: {'; '.join(told)}."


def _turned(
    before: Sequence[EpisodeRows], now: Sequence[EpisodeRows]
) -> list[tuple[str, str, str]]:
    """The signals whose mean moved most: name, mean before, mean now."""
    found: list[tuple[float, str, str, str]] = []
    for name in before[0].scalars:
        parts = [_pooled(name, part) for part in (before, now)]
        if not all(part.size for part in parts):
            continue
        was, became = (float(part.mean()) for part in parts)
        spread = float(np.sqrt(np.mean([part.var() for part in parts])))
        moved = abs(became - was) / spread if spread > 0 else float(became != was) * np.inf
        if moved >= APART:
            found.append((-moved, name, number(was), number(became)))
    return [(name, was, became) for _, name, was, became in sorted(found)[:MOST]]


def _pooled(name: str, episodes: Sequence[EpisodeRows]) -> Array:
    known = [episode.scalars[name] for episode in episodes if name in episode.scalars]
    return np.concatenate(known) if known else np.zeros(0)
