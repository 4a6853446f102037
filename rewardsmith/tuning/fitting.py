"""Fitting: which numbers make a reward agree with the order of episodes, and which come near it.

The code runs in the reward process only, so there are no gradients: the logarithm of each number
is moved up and down in turn, by ever smaller steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from rewardsmith.errors import RewardFailed
from rewardsmith.sandbox import ArraySpec, RewardLimits, RewardOutput
from rewardsmith.signals import Array
from rewardsmith.tuning.evidence import Evidence
from rewardsmith.tuning.preference import Preference, preference_loss, thinned

STEPS = (2.3, 1.15, 1.15, 0.58)
"""Sizes of the steps of each sweep, in logarithms: tenfold, threefold, threefold, 1.8-fold."""
FARTHEST = 3.0
"""No number is changed by more than the exponential of this, twentyfold."""
LEASH = 0.002
"""What the squared logarithm of a factor costs: a tenfold change about 0.01 of the loss."""
MOST_TRIES = 220
STARTS, KEPT, REACH = 30, 2, 1.5
"""So many random choices are looked at, all numbers at once, with this standard deviation of a
logarithm; the best two are starts as well: one number after another leads out of no valley."""
WORTH = 0.02
"""A fit that gains less on the loss is not worth a training."""
NEAR_BEST = 0.1
"""A family takes numbers whose loss is within this of the best, of what the given ones lose."""
APART = 0.6
"""Members of a family differ by a factor of 1.8 in at least one number."""
LIMITS = RewardLimits(call_seconds=2.0, open_seconds=5.0, cpu_seconds=20)


class Process(Protocol):
    """A reward process, as far as fitting needs it."""

    @property
    def inputs(self) -> dict[str, Array]:
        """Writable arrays (capacity, *shape)."""
        ...

    def call(self, rows: int) -> RewardOutput:
        """Reward of the first rows; RewardFailed where the candidate fails."""
        ...

    def close(self) -> None:
        """End it."""
        ...


class Server(Protocol):
    """What opens reward processes."""

    def open(
        self,
        source: str,
        inputs: Sequence[ArraySpec],
        capacity: int,
        *,
        limits: RewardLimits = ...,
        check: bool = True,
    ) -> Process:
        """A process that has compiled the candidate; RewardFailed where that fails."""
        ...


@dataclass(frozen=True, slots=True)
class Form:
    """A reward as a function of its numbers."""

    numbers: tuple[float, ...]
    """As they were given, all positive."""
    render: Callable[[Sequence[float]], str]
    """The source with these numbers."""

    def scaled(self, logarithms: Array) -> str:
        """The source with each number multiplied by the exponential of its logarithm."""
        return self.render([float(value) for value in self.numbers * np.exp(logarithms)])


@dataclass(slots=True)
class Fit:
    """What was tried: the loss, with the leash, by the logarithms of the factors."""

    form: Form
    tried: dict[tuple[float, ...], float] = field(default_factory=dict[tuple[float, ...], float])

    @property
    def given(self) -> float:
        """The loss of the numbers as they were."""
        return next(iter(self.tried.values()))

    @property
    def best(self) -> tuple[float, ...]:
        """The logarithms with the smallest loss."""
        return min(self.tried, key=self.tried.__getitem__)

    @property
    def loss(self) -> float:
        """The smallest loss."""
        return min(self.tried.values())

    @property
    def worthwhile(self) -> bool:
        """Whether the given numbers were clearly at odds with the order of episodes."""
        return self.given - self.loss >= WORTH


def fit_numbers(form: Form, evidence: Evidence, server: Server) -> Fit | None:
    """Coordinate descent on the preference loss, from the given numbers and from others.

    None without pairs, or where the reward fails with the given numbers.
    """
    evidence = thinned(evidence)
    preference = Preference.of(evidence)
    if preference is None or not form.numbers:
        return None
    fit = Fit(form)

    def loss(place: Array) -> float:
        key = tuple(round(float(k), 6) for k in place)
        if key not in fit.tried:
            found = _loss(form.scaled(place), evidence, preference, server)
            fit.tried[key] = found + LEASH * float(place @ place)
        return fit.tried[key]

    given = np.zeros(len(form.numbers))
    if not np.isfinite(loss(given)):
        return None
    rng = np.random.default_rng(len(given))
    starts = np.clip(rng.normal(0.0, REACH, (STARTS, len(given))), -FARTHEST, FARTHEST)
    for start in (given, *sorted(starts, key=loss)[:KEPT]):
        _descend(start, loss, lambda: len(fit.tried) < MOST_TRIES)
    return fit


def _descend(place: Array, loss: Callable[[Array], float], goes_on: Callable[[], bool]) -> None:
    """Move one number at a time, up and down by ever smaller steps, to wherever less is lost."""
    best = loss(place)
    for step in STEPS:
        for index in range(len(place)):
            for move in (step, -step):
                trial = place.copy()
                trial[index] = np.clip(trial[index] + move, -FARTHEST, FARTHEST)
                if goes_on() and (found := loss(trial)) < best:
                    place, best = trial, found


def family_of(fit: Fit, size: int) -> tuple[str, ...]:
    """At most `size` different sources, the best fit first.

    Then half way to it, then what fits nearly as well and is far from those before: where the
    episodes do not tell numbers apart, training has to.
    """
    best = np.array(fit.best)
    room = NEAR_BEST * max(fit.given - fit.loss, 0.05)
    near = sorted((loss, place) for place, loss in fit.tried.items() if loss <= fit.loss + room)
    chosen = [best]
    for place in (best / 2, *(np.array(place) for _, place in near)):
        if all(np.abs(place - other).max() >= APART for other in (*chosen, np.zeros(len(best)))):
            chosen.append(place)
    sources = dict.fromkeys(fit.form.scaled(place) for place in chosen)
    return tuple(sources)[:size]


def _loss(source: str, evidence: Evidence, preference: Preference, server: Server) -> float:
    """The preference loss of a source; infinite where the code fails or is not finite."""
    totals = totals_of(source, evidence, server)
    return float("inf") if totals is None else preference_loss(preference, totals)


def totals_of(source: str, evidence: Evidence, server: Server) -> Array | None:
    """The reward on every step, computed in a reward process; None where it fails."""
    rows = {name: np.ascontiguousarray(values) for name, values in evidence.rows.items()}
    count = sum(evidence.lengths)
    specifications = [ArraySpec(n, v.shape[1:], v.dtype.name) for n, v in rows.items()]
    try:
        process = server.open(source, specifications, count, limits=LIMITS)
    except RewardFailed:
        return None
    try:
        for name, values in rows.items():
            process.inputs[name][:count] = values
        total = process.call(count).total
    except RewardFailed:
        return None
    finally:
        process.close()
    return total if np.isfinite(total).all() else None
