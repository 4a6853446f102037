"""Fitting: which numbers make a reward agree with the order of episodes, and which come near it.

The code runs in the reward process only, so there are no gradients: the logarithm of each number
is moved up and down in turn, by ever smaller steps.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from rewardsmith.errors import RewardFailed
from rewardsmith.sandbox import ArraySpec, RewardLimits, RewardOutput
from rewardsmith.signals import Array
from rewardsmith.tuning.evidence import Evidence
from rewardsmith.tuning.preference import Preferences, thinned

STEPS = (2.3, 1.15, 1.15, 0.58)
"""Sizes of the steps of each sweep, in logarithms: tenfold, threefold, threefold, 1.8-fold."""
FARTHEST = 3.0
"""No number is changed by more than the exponential of this, twentyfold."""
LEASH = 0.002
"""What the squared logarithm of a factor costs: a tenfold change about 0.01 of the loss."""
FINE = (0.29, 0.15, 0.07, 0.035)
"""Of the sweeps around the best: a target that is a third off can be worth half the fitness."""
MOST_TRIES = 220
"""Before those."""
STARTS, KEPT, REACH = 30, 2, 1.5
"""So many random choices are looked at, all numbers at once, with this standard deviation of a
logarithm; the best two are starts as well: one number after another leads out of no valley."""
WORTH = 0.02
"""A fit that gains less on the loss is not worth a training."""
NEAR_BEST = 0.2
"""A family takes numbers whose loss is within this of the best, of what the given ones lose."""
APART = (0.6, 0.25)
"""Members of a family differ by a factor of 1.8 in at least one number, or where there are too few
such by one of 1.3."""
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


Place = tuple[float, ...]
"""Logarithms of the factors by which the numbers are multiplied."""


@dataclass(frozen=True, slots=True)
class Form:
    """A reward as a function of its numbers."""

    numbers: tuple[float, ...]
    """As they were given, all positive."""
    render: Callable[[Sequence[float]], str]
    """The source with these numbers."""

    def scaled(self, logarithms: Sequence[float] | Array) -> Form:
        """The same with each number multiplied by the exponential of its logarithm."""
        numbers = self.numbers * np.exp(np.asarray(logarithms, dtype=np.float64))
        return Form(tuple(float(value) for value in numbers), self.render)

    @property
    def source(self) -> str:
        """The reward's code."""
        return self.render(self.numbers)


@dataclass(slots=True)
class Fit:
    """What was tried: the losses, with the leash, by the logarithms of the factors."""

    form: Form
    tried: dict[Place, tuple[float, ...]] = field(default_factory=dict[Place, tuple[float, ...]])
    """The mean first, then the loss of each kind of pairs, with the endings."""

    @property
    def given(self) -> float:
        """The loss of the numbers as they were."""
        return next(iter(self.tried.values()))[0]

    def best(self, kind: int = 0) -> Place:
        """The logarithms with the smallest loss: the mean one, or that of one kind of pairs."""
        return min(self.tried, key=lambda place: self.tried[place][kind])

    @property
    def kinds(self) -> int:
        """How many losses there are beside the mean."""
        return len(next(iter(self.tried.values()))) - 1

    @property
    def loss(self) -> float:
        """The smallest loss."""
        return self.tried[self.best()][0]

    @property
    def worthwhile(self) -> bool:
        """Whether the given numbers were clearly at odds with the order of episodes."""
        return self.given - self.loss >= WORTH


def fit_numbers(form: Form, evidence: Evidence, server: Server) -> Fit | None:
    """Coordinate descent on the preference loss, from the given numbers and from others.

    None without pairs, or where the reward fails with the given numbers.
    """
    evidence = thinned(evidence)
    preferences = Preferences.of(evidence)
    if preferences is None or not form.numbers:
        return None
    fit = Fit(form)

    def loss(place: Array) -> float:
        key = tuple(round(float(k), 6) for k in place)
        if key not in fit.tried:
            found = _losses(form.scaled(place).source, evidence, preferences, server)
            leash = LEASH * float(place @ place)
            fit.tried[key] = tuple(loss + leash for loss in found)
        return fit.tried[key][0]

    given = np.zeros(len(form.numbers))
    if not np.isfinite(loss(given)):
        return None
    rng = np.random.default_rng(len(given))
    starts = np.clip(rng.normal(0.0, REACH, (STARTS, len(given))), -FARTHEST, FARTHEST)
    for start in (given, *sorted(starts, key=loss)[:KEPT]):
        _descend(start, STEPS, loss, lambda: len(fit.tried) < MOST_TRIES)
    _descend(np.array(fit.best()), FINE, loss, lambda: True)
    return fit


def _descend(
    place: Array,
    steps: Sequence[float],
    loss: Callable[[Array], float],
    goes_on: Callable[[], bool],
) -> None:
    """Move one number at a time, up and down by each of the steps, to wherever less is lost."""
    best = loss(place)
    for step in steps:
        for index in range(len(place)):
            for move in (step, -step):
                trial = place.copy()
                trial[index] = np.clip(trial[index] + move, -FARTHEST, FARTHEST)
                if goes_on() and (found := loss(trial)) < best:
                    place, best = trial, found


def family_of(fit: Fit, size: int, known: Collection[str] = ()) -> tuple[Form, ...]:
    """At most `size` choices of numbers with different sources, the best fit first.

    Then what fits each kind of pairs best, half way to the best fit, and what fits nearly as well
    and is far from those before: where the episodes do not tell numbers apart, training has to.
    Sources in `known` are left out.
    """
    best = np.array(fit.best())
    room = NEAR_BEST * max(fit.given - fit.loss, 0.05)
    near = sorted((losses[0], p) for p, losses in fit.tried.items() if losses[0] <= fit.loss + room)
    kinds = (fit.best(kind) for kind in range(1, fit.kinds + 1))
    places = [np.array(p) for p in (*kinds, best / 2, *(place for _, place in near))]
    family: dict[str, Form] = {}
    chosen = [np.zeros(len(best))]

    def take(place: Array) -> None:
        form = fit.form.scaled(place)
        chosen.append(place)
        if form.source not in known:
            family.setdefault(form.source, form)

    take(best)
    for apart in APART:
        for place in places:
            far = min(float(np.abs(place - other).max()) for other in chosen)
            if len(family) < size and far >= apart:
                take(place)
    return tuple(family.values())[:size]


def losses_of(sources: Sequence[str], evidence: Evidence, server: Server) -> tuple[float, ...]:
    """The mean loss of each source, without the leash; infinite where it fails, 0 without pairs."""
    evidence = thinned(evidence)
    preferences = Preferences.of(evidence)
    if preferences is None:
        return (0.0,) * len(sources)
    return tuple(_losses(source, evidence, preferences, server)[0] for source in sources)


def _losses(
    source: str, evidence: Evidence, preferences: Preferences, server: Server
) -> tuple[float, ...]:
    """The mean, and that of each kind of pairs; infinite where the code fails or is not finite."""
    totals = totals_of(source, evidence, server)
    if totals is None:
        return (float("inf"),) * (1 + len(preferences.kinds))
    return preferences.losses(totals)


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
