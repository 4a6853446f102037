"""Strengths: from comparisons of two behaviours to one number a reward, with its uncertainty.

The model is that of Bradley and Terry (1952): the first of two is preferred with the probability
1 / (1 + exp(-(difference of their strengths))).  A behaviour is that of one policy, and policies
of the same reward differ, so each has an effect of its own around its reward's strength (random
effects in Bradley-Terry models: Turner and Firth 2012, "Bradley-Terry models in R").  Both have a
normal prior, which keeps them finite where one reward wins every time, and keeps many comparisons
of the same few policies from looking like many policies.  The fit is the mode, by Newton's steps;
the covariance is that of Laplace's approximation there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rewardsmith.stats import Interval

Array = np.ndarray[Any, Any]

PRIOR = 1.5
"""Standard deviation of rewards' strengths before any comparison: the better of two is preferred
with a probability of 0.86 or less in half of all pairs."""
POLICY_SPREAD = 0.75
"""Standard deviation of policies around their reward's strength."""
NORMAL = 1.959964
"""Standard deviations within which 95 % of a normal distribution lie."""
_STEPS = 100
_DONE = 1e-10


@dataclass(frozen=True, slots=True)
class Match:
    """One comparison of two rewards; a seed is None where no single policy was looked at."""

    first: str
    second: str
    won: float
    """By the first: 1, 0, or 1/2 where neither is preferred."""
    first_seed: int | None = None
    second_seed: int | None = None


@dataclass(frozen=True, slots=True)
class Strengths:
    """What the comparisons say of all rewards."""

    names: tuple[str, ...]
    values: Array
    """In logits, (rewards,); 0 is what the prior expects."""
    covariance: Array
    """(rewards, rewards)"""

    def gap(self, first: str, second: str) -> tuple[float, float]:
        """Difference of two strengths in logits, and its standard error."""
        i, j = self.names.index(first), self.names.index(second)
        c = self.covariance
        variance = float(c[i, i] + c[j, j] - 2 * c[i, j])
        return float(self.values[i] - self.values[j]), _root(variance)

    def share(self, name: str) -> Interval:
        """How often the reward is preferred to the average one of all, 0 to 1 (95 %)."""
        weights = np.full(len(self.names), -1.0 / len(self.names))
        weights[self.names.index(name)] += 1.0
        middle = float(weights @ self.values)
        error = _root(float(weights @ self.covariance @ weights))
        low, high = (logistic(middle + sign * NORMAL * error) for sign in (-1, 1))
        return Interval(logistic(middle), low, high)


def fit_strengths(
    names: Sequence[str],
    matches: Iterable[Match],
    *,
    prior: float = PRIOR,
    policy_spread: float = POLICY_SPREAD,
) -> Strengths:
    """The strengths of these rewards; matches with others are left out.

    Equal matches give equal strengths in whatever order they come.
    """
    known = {name: number for number, name in enumerate(names)}
    kept = sorted((m for m in matches if m.first in known and m.second in known), key=_order)
    policies = sorted({side for m in kept for side in _policies(m)})
    place = {policy: len(known) + number for number, policy in enumerate(policies)}
    design = np.zeros((len(kept), len(known) + len(policies)))
    for row, match in enumerate(kept):
        design[row, known[match.first]] += 1.0
        design[row, known[match.second]] -= 1.0
        if match.first_seed is not None:
            design[row, place[match.first, match.first_seed]] += 1.0
        if match.second_seed is not None:
            design[row, place[match.second, match.second_seed]] -= 1.0
    spreads = [prior] * len(known) + [policy_spread] * len(policies)
    precision = 1.0 / np.square(np.array(spreads, dtype=np.float64))
    mode, hessian = _mode(design, np.array([m.won for m in kept]), precision)
    size = len(known)
    return Strengths(tuple(names), mode[:size], np.linalg.inv(hessian)[:size, :size])


def share_of(won: Sequence[float]) -> Interval | None:
    """The share of independent comparisons that were won, with Wilson's interval (95 %).

    Wilson (1927): the interval stays within 0 and 1 and says something of five comparisons, too.
    None where there are none.
    """
    n = len(won)
    if not n:
        return None
    share, square = float(np.mean(won)), NORMAL**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = NORMAL * math.sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return Interval(share, max(middle - half, 0.0), min(middle + half, 1.0))


def logistic(value: float) -> float:
    """1 / (1 + exp(-value))."""
    return 0.5 * (1.0 + math.tanh(0.5 * value))


def _policies(match: Match) -> list[tuple[str, int]]:
    sides = ((match.first, match.first_seed), (match.second, match.second_seed))
    return [(name, seed) for name, seed in sides if seed is not None]


def _order(match: Match) -> tuple[Any, ...]:
    seeds = (match.first_seed, match.second_seed)
    return (match.first, match.second, *(-1 if seed is None else seed for seed in seeds), match.won)


def _mode(design: Array, won: Array, precision: Array) -> tuple[Array, Array]:
    """Where the posterior is highest, and minus its second derivative there.

    It is concave, so Newton's steps, halved while they do not climb, find the one maximum.
    """
    x = np.zeros(design.shape[1])
    height = _height(design, won, precision, x)
    for _ in range(_STEPS):
        chance = 0.5 * (1.0 + np.tanh(0.5 * (design @ x)))
        slope = design.T @ (won - chance) - precision * x
        hessian = _curvature(design, precision, chance)
        step = np.linalg.solve(hessian, slope)
        while (reached := _height(design, won, precision, x + step)) < height - _DONE:
            step = step / 2
        x, height = x + step, reached
        if float(np.abs(step).max(initial=0.0)) < _DONE:
            break
    chance = 0.5 * (1.0 + np.tanh(0.5 * (design @ x)))
    return x, _curvature(design, precision, chance)


def _curvature(design: Array, precision: Array, chance: Array) -> Array:
    return (design.T * (chance * (1.0 - chance))) @ design + np.diag(precision)


def _height(design: Array, won: Array, precision: Array, x: Array) -> float:
    """The logarithm of the posterior, up to a constant."""
    gaps = design @ x
    likelihood = won @ gaps - np.logaddexp(0.0, gaps).sum()
    return float(likelihood - 0.5 * (precision @ np.square(x)))


def _root(variance: float) -> float:
    return math.sqrt(max(float(variance), 0.0))
