"""Statistics of few seeds: aggregates, bootstrap intervals, comparisons, correlations.

Formulas after Agarwal et al. 2021, "Deep RL at the edge of the statistical precipice": the
interquartile mean, percentile intervals, the probability of improvement.  Up to six seeds every
resample is enumerated, so their intervals are exact and need no random numbers; beyond that they
are drawn from `rng` (a generator of fixed seed where none is given, so equal input gives equal
output).  Percentile intervals of so few seeds are known to be too narrow: with n seeds no
resample reaches beyond the best and the worst of them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from rewardsmith.records import Score

Vector = np.ndarray[Any, Any]

LEVEL = 0.95
"""Coverage that every interval aims at."""
EXACT_SEEDS = 6
"""Up to here all resamples are enumerated: 462 for six seeds, 213,444 for a pair of samples."""
DRAWS = 4000
"""Resamples where they are drawn: the ends of an interval rest on a hundred of them each."""
RANGE_SEEDS = 4
"""Up to here the interval is the range: a resample lies at its end more often than in 2.5 %."""
_SMALLEST_PAIR = 2
"""A spread or a correlation needs two values."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A number and where it may lie (95 %)."""

    value: float
    low: float
    high: float

    @property
    def positive(self) -> bool:
        """Whether it lies above 0 with its whole interval."""
        return self.low > 0


def interquartile_mean(values: Iterable[float]) -> float | None:
    """The mean without the lowest and the highest quarter; the plain mean below four values."""
    sample = np.sort(_sample(values))
    return float(_trimmed(sample[None])[0]) if sample.size else None


def score(fitness: Iterable[float], rng: np.random.Generator | None = None) -> Score | None:
    """The fitness of several seeds as one number with its interval; None without a seed.

    One seed says nothing about the others: then low = high = value, and `seeds` = 1 tells that
    this is no certainty but the absence of an interval (`has_interval` is False).
    """
    sample = np.sort(_sample(fitness))
    if not sample.size:
        return None
    indices, weights = _resamples(sample.size, rng)
    interval = _interval(float(_trimmed(sample[None])[0]), _trimmed(sample[indices]), weights)
    return Score(value=interval.value, low=interval.low, high=interval.high, seeds=sample.size)


def has_interval(value: Score) -> bool:
    """Whether low and high say something: from two seeds on, or where judges compared."""
    return value.seeds >= _SMALLEST_PAIR or value.comparisons > 0


def is_range(value: Score) -> bool:
    """Whether the interval only reaches from the smallest seed to the largest.

    Of n seeds the aggregate of a resample is the smallest value with a probability of 1/4, 1/27
    and 13/256 for n = 2, 3, 4 (interquartile mean: three of four), of 21/3125 for n = 5.
    """
    return _SMALLEST_PAIR <= value.seeds <= RANGE_SEEDS and not value.comparisons


def range_note(scores: Iterable[Score]) -> str:
    """What must be said of the intervals of so few seeds; empty where all have more."""
    seeds = sorted({score.seeds for score in scores if is_range(score)})
    if not seeds:
        return ""
    counts = " or ".join(str(count) for count in seeds)
    return f"the interval of {counts} seeds is only their range, no 95 % interval"


def difference(
    sample: Iterable[float], other: Iterable[float], rng: np.random.Generator | None = None
) -> Interval | None:
    """Aggregate of `sample` minus that of `other`; None where either has under two seeds."""
    x, y = np.sort(_sample(sample)), np.sort(_sample(other))
    if min(x.size, y.size) < _SMALLEST_PAIR:
        return None
    value = float(_trimmed(x[None])[0] - _trimmed(y[None])[0])
    first, second, weights = _resampled_pairs(x.size, y.size, rng)
    return _interval(value, _trimmed(x[first]) - _trimmed(y[second]), weights)


def probability_of_improvement(
    sample: Iterable[float], other: Iterable[float], rng: np.random.Generator | None = None
) -> Interval | None:
    """P(X > Y) + P(X = Y) / 2 for one draw of each; None where either is empty.

    With one seed on a side the interval carries only the other side's uncertainty.
    """
    x, y = _sample(sample), _sample(other)
    if not x.size or not y.size:
        return None
    wins = (x[:, None] > y).astype(np.float64) + 0.5 * (x[:, None] == y)
    first, second, weights = _resampled_pairs(x.size, y.size, rng)
    shares = np.einsum("ri,ij,rj->r", _counts(first), wins, _counts(second), optimize=True)
    return _interval(float(wins.mean()), shares / (x.size * y.size), weights)


def normalised_score(
    candidate: Iterable[float], human: Iterable[float], fitness_reward: Iterable[float]
) -> float | None:
    """(score - fitness reward's) / abs(human's - fitness reward's); None where undefined.

    Defined only where human - fitness reward is positive with an interval that excludes 0.
    """
    human, baseline = tuple(human), tuple(fitness_reward)
    gap = difference(human, baseline)
    value, floor = interquartile_mean(candidate), interquartile_mean(baseline)
    if gap is None or not gap.positive or value is None or floor is None:
        return None
    return (value - floor) / abs(gap.value)


def pearson(x: Iterable[float], y: Iterable[float]) -> float | None:
    """Linear correlation; None where either does not vary."""
    a, b = _sample(x), _sample(y)
    if a.size != b.size:
        raise ValueError(f"correlation of {a.size} values with {b.size}")
    if a.size < _SMALLEST_PAIR or not _varies(a) or not _varies(b):
        return None
    a, b = a - a.mean(), b - b.mean()
    a, b = a / np.abs(a).max(), b / np.abs(b).max()
    return float(np.clip(a @ b / math.sqrt((a @ a) * (b @ b)), -1, 1))


def pearson_within(x: Iterable[float], y: Iterable[float], lengths: Iterable[int]) -> float | None:
    """Linear correlation within groups that lie one after another; None where either is constant.

    Each value counts from its group's mean, so nothing between the groups enters, a group in which
    either is constant adds nothing to what goes together, and a short one adds as little as it
    varies: the correlation of Bland and Altman, "Calculating correlation coefficients with
    repeated observations: Part 1, correlation within subjects" (BMJ 310, 1995).
    """
    ends = np.cumsum(tuple(lengths), dtype=np.intp)[:-1]
    return pearson(*(_from_means(_sample(values), ends) for values in (x, y)))


def _from_means(sample: Vector, ends: Vector) -> Vector:
    """Each group's values from its mean; exactly 0 in a group that does not vary."""
    parts = [part for part in np.split(sample, ends) if part.size]
    parts = [part - part.mean() if _varies(part) else np.zeros(part.size) for part in parts]
    return np.concatenate([*parts, np.zeros(0)])


def spearman(x: Iterable[float], y: Iterable[float]) -> float | None:
    """Rank correlation, equal values sharing their mean rank; None where either is constant."""
    return pearson(ranks(x), ranks(y))


def ranks(values: Iterable[float]) -> Vector:
    """Ranks from 1, the smallest first; equal values share their mean rank."""
    _, inverse, counts = np.unique(_sample(values), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[inverse]


def _sample(values: Iterable[float]) -> Vector:
    """The values as one row of float64; raises ValueError where one is not finite."""
    given = values if isinstance(values, np.ndarray) else list(values)
    sample = np.asarray(given, dtype=np.float64).reshape(-1)
    if not np.isfinite(sample).all():
        raise ValueError("statistics of values that are not finite")
    return sample


def _varies(values: Vector) -> bool:
    """Whether the spread is more than rounding."""
    return bool(np.ptp(values) > 1e-12 * max(1e-300, float(np.abs(values).max())))


def _trimmed(rows: Vector) -> Vector:
    """Interquartile mean of every sorted row, (rows, n) to (rows,)."""
    cut = rows.shape[1] // 4
    return rows[:, cut : rows.shape[1] - cut].mean(axis=1)


@lru_cache(maxsize=EXACT_SEEDS)
def _all_resamples(size: int) -> tuple[Vector, Vector]:
    """Every resample of `size` values as sorted indices, (rows, size), with its probability."""
    rows = list(itertools.combinations_with_replacement(range(size), size))
    indices = np.array(rows, dtype=np.intp).reshape(-1, size)
    orders = [
        math.factorial(size) / math.prod(math.factorial(row.count(i)) for i in set(row))
        for row in rows
    ]
    return indices, np.array(orders) / float(size) ** size


def _resamples(size: int, rng: np.random.Generator | None) -> tuple[Vector, Vector]:
    """Resamples of `size` sorted values as sorted indices, with their weights."""
    if size <= EXACT_SEEDS:
        return _all_resamples(size)
    generator = np.random.default_rng(0) if rng is None else rng
    indices = np.sort(generator.integers(size, size=(DRAWS, size)), axis=1)
    return indices, np.full(DRAWS, 1 / DRAWS)


def _resampled_pairs(
    size: int, other: int, rng: np.random.Generator | None
) -> tuple[Vector, Vector, Vector]:
    """Resamples of two samples, row by row, with the weight of each pair."""
    if max(size, other) <= EXACT_SEEDS:
        (first, p), (second, q) = _all_resamples(size), _all_resamples(other)
        pairs = np.indices((len(p), len(q))).reshape(2, -1)
        return first[pairs[0]], second[pairs[1]], p[pairs[0]] * q[pairs[1]]
    generator = np.random.default_rng(0) if rng is None else rng
    first = np.sort(generator.integers(size, size=(DRAWS, size)), axis=1)
    second = np.sort(generator.integers(other, size=(DRAWS, other)), axis=1)
    return first, second, np.full(DRAWS, 1 / DRAWS)


def _counts(indices: Vector) -> Vector:
    """How often each value stands in each resample, (rows, size)."""
    rows, size = indices.shape
    counts = np.zeros((rows, size))
    np.add.at(counts, (np.arange(rows)[:, None], indices), 1)
    return counts


def _interval(value: float, resampled: Vector, weights: Vector) -> Interval:
    """The percentile interval of weighted resamples; it always holds the value itself."""
    order = np.argsort(resampled, kind="stable")
    reached = np.cumsum(weights[order])
    tail = (1 - LEVEL) / 2
    ends = np.searchsorted(reached, [tail - 1e-12, 1 - tail - 1e-12])
    low, high = resampled[order][np.minimum(ends, len(order) - 1)]
    return Interval(value, float(min(low, value)), float(max(high, value)))
