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
NEAR = 0.25
"""Part of the training within which what was recorded stands for a step in between."""


def changed_since(evidence: Evidence, seed: int, steps: int) -> str:
    """A sentence on how a seed's recorded episodes differ from those that were recorded near there.

    Empty where either were not recorded, or where nothing differs that is worth telling.
    """
    now = [episode for episode in evidence.rows if episode.seed == seed]
    at = _recorded(evidence, seed, steps)
    if at is None or not now:
        return ""
    before = evidence.earlier[seed, at]
    whole = all(episode.whole for episode in before)
    longest = None if whole else max(episode.length for episode in before)
    told = [
        f"{name} {was} then and {became} now" for name, was, became in _turned(before, now, longest)
    ]
    lengths = [float(np.mean([episode.length for episode in part])) for part in (before, now)]
    if whole and lengths[0] != lengths[1]:
        told.insert(0, f"episodes lasted {lengths[0]:.0f} steps then and {lengths[1]:.0f} now")
    if not told:
        return ""
    against = (
        f"the episodes recorded at step {at} against the last ones"
        if longest is None
        else f"the first {longest} steps of an episode at step {at} against those of the last ones"
    )
    return f" In {against}: {'; '.join(told)}."


def _recorded(evidence: Evidence, seed: int, steps: int) -> int | None:
    """The step nearest to it at which a seed's episodes were recorded; None where that is far."""
    length = max((m.steps for m in evidence.members if m.seed == seed), default=0)
    places = [at for (of, at), rows in evidence.earlier.items() if of == seed and rows]
    nearest = min(places, key=lambda at: (abs(at - steps), at), default=None)
    if nearest is None or (nearest != steps and abs(nearest - steps) > NEAR * length):
        return None
    return nearest


def _turned(
    before: Sequence[EpisodeRows], now: Sequence[EpisodeRows], longest: int | None
) -> list[tuple[str, str, str]]:
    """The signals whose mean moved most over the first steps: name, mean before, mean now."""
    found: list[tuple[float, str, str, str]] = []
    for name in before[0].scalars:
        parts = [_pooled(name, part, longest) for part in (before, now)]
        if not all(part.size for part in parts):
            continue
        was, became = (float(part.mean()) for part in parts)
        spread = float(np.sqrt(np.mean([part.var() for part in parts])))
        moved = abs(became - was) / spread if spread > 0 else float(became != was) * np.inf
        if moved >= APART:
            found.append((-moved, name, number(was), number(became)))
    return [(name, was, became) for _, name, was, became in sorted(found)[:MOST]]


def _pooled(name: str, episodes: Sequence[EpisodeRows], longest: int | None) -> Array:
    known = [episode.scalars[name][:longest] for episode in episodes if name in episode.scalars]
    return np.concatenate(known) if known else np.zeros(0)
