"""In what each of several trained rewards is ahead of the others: what a crossover has to join."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rewardsmith.records import TrainResult


def _worst_seed(result: TrainResult) -> float | None:
    return min(result.fitness, default=None)


def _best_episode(result: TrainResult) -> float | None:
    return max((e.fitness for m in result.members for e in m.episodes), default=None)


def _mean_length(result: TrainResult) -> float | None:
    lengths = [e.length for m in result.members for e in m.episodes]
    return float(np.mean(lengths)) if lengths else None


MEASURES = {
    "the higher score of its worst seed": _worst_seed,
    "the higher score of its best episode": _best_episode,
    "the longer episodes": _mean_length,
}


def strengths(results: Sequence[TrainResult]) -> tuple[tuple[str, ...], ...]:
    """For each result the measures, as words, in which it is above every other that has them."""
    ahead: list[list[str]] = [[] for _ in results]
    for words, measure in MEASURES.items():
        known = {k: value for k, r in enumerate(results) if (value := measure(r)) is not None}
        best = max(known.values(), default=None)
        holders = [k for k, value in known.items() if value == best]
        if len(holders) == 1 and len(known) > 1:
            ahead[holders[0]].append(words)
    return tuple(map(tuple, ahead))
