"""Bootstrap intervals of means over environments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

Numbers = np.ndarray[Any, Any]
DRAWS = 20_000
"""Resamples of the seeds of every environment."""


def means_over(samples: Iterable[Numbers], seed: Sequence[int]) -> Numbers:
    """Resampled means over environments of the seeds' scores in each, (draws,)."""
    rng = np.random.default_rng(seed)
    drawn = [rng.choice(sample, (DRAWS, len(sample))).mean(axis=1) for sample in samples]
    return np.mean(drawn, axis=0)


def interval(drawn: Numbers, level: float) -> list[float]:
    """The middle part of what was drawn."""
    return [float(q) for q in np.quantile(drawn, ((1 - level) / 2, (1 + level) / 2))]
