"""Parents: drawn by rank, and a rank is only as sure as the seeds behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rewardsmith.records import Score

RANK_DECAY = 0.6
"""Chance of each rank to be a parent, relative to the rank before: the first five share 92 %."""
PRIOR_SEEDS = 2
"""How many seeds' worth of trust the noise of all candidates has beside a candidate's own."""
_WIDTH = 2 * 1.959964
"""Of a 95 % interval, in standard errors."""
PARENT_STRATEGIES = ("cells", "thompson", "rank", "last-best")


def draw_by_rank(ids: list[str], count: int, rng: np.random.Generator) -> list[str]:
    """`count` different ids, a rank's chance falling by RANK_DECAY with each step."""
    count = min(count, len(ids))
    if count <= 0:
        return []
    weights = RANK_DECAY ** np.arange(len(ids), dtype=np.float64)
    picked = rng.choice(len(ids), size=count, replace=False, p=weights / weights.sum())
    return [ids[k] for k in picked]


def idle_of(scores: Mapping[str, float]) -> frozenset[str]:
    """Those that share the least score; nobody where it is one's alone, or everyone's.

    What several reached exactly alike is what a policy reaches that has learned nothing.
    """
    least = min(scores.values(), default=0.0)
    last = frozenset(name for name, value in scores.items() if value <= least)
    return last if 1 < len(last) < len(scores) else frozenset()


def interval_errors(scores: list[Score]) -> np.ndarray[Any, Any]:
    """The standard errors that 95 % intervals tell."""
    return np.array([(score.high - score.low) / _WIDTH for score in scores])


def standard_errors(fitness: list[tuple[float, ...]]) -> np.ndarray[Any, Any]:
    """The standard error of each candidate's mean, its own spread shrunk to everyone's.

    Two seeds that happen to agree are no proof, so each variance is averaged with the median of
    all, which counts PRIOR_SEEDS.  Where every candidate has one seed, nothing tells noise from
    merit; half of the spread between candidates is assumed to be noise.
    """
    own = [float(np.var(f, ddof=1)) for f in fitness if len(f) > 1]
    if own:
        common = float(np.median(own))
    else:
        common = float(np.var([f[0] for f in fitness])) / 4 if fitness else 0.0
    errors = np.zeros(len(fitness))
    for k, values in enumerate(fitness):
        freedom = len(values) - 1
        variance = float(np.var(values, ddof=1)) if freedom else 0.0
        shrunk = (variance * freedom + common * PRIOR_SEEDS) / (freedom + PRIOR_SEEDS)
        errors[k] = np.sqrt(shrunk / len(values))
    return errors
