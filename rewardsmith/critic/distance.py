"""The distance between rewards that counts only what can change which behaviour is best.

STARC (Skalse et al. 2024, "STARC: A general framework for quantifying differences between reward
functions"): value-adjusted levelling takes potential shaping away, the norm takes positive scale
away, half the L2 distance of what remains is the distance.  Here in its sample form: the value is
linear in features of the state and fitted (LSTD) for the mix of policies that was recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rewardsmith.records import Reason
from rewardsmith.signals import BUILTIN_SIGNALS, PREVIOUS, Array

DISCOUNT = 0.99
NEAR = 0.02
"""Below this, rewards count as one: a correlation above 0.9992 (d = sin(angle / 2)).

Measured (`tests/benchmarks/bench_critic.py`): pairs nearer than this train apart by 1 % of the
range of fitness on average, less than two seeds of one reward (6 %); from 0.05 on by 7 % and up to
all of it."""
CLUSTER = 0.25
"""Below this, rewards that look at the same signals are of one kind (a correlation above 0.875).

Of 131 candidates that a model wrote for three environments after others that look at the same,
94 % lie nearer than this to one of those."""
_NOTHING = 1e-5
"""What is left of a reward, relative to it, that counts as rounding of float32 signals."""
_SINGULAR = 1e-9
_LARGEST = 5.0
"""Standard deviations at which features are clipped."""
_SQUARED_COLUMNS = 64
"""With more columns than this the features are linear only."""


@dataclass(frozen=True, slots=True)
class StateFeatures:
    """Features of the states before and after recorded transitions, (rows, features) each.

    After a transition that ended the episode for good they are 0, and so is every value there.
    """

    before: Array
    after: Array


@dataclass(frozen=True, slots=True)
class Mark:
    """What a reward comes down to on recorded rows, (rows,) each, of norm 1 or 0."""

    levelled: Array
    """Without shaping and scale."""
    plain: Array
    """Without scale alone."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An earlier reward, and how far it is."""

    name: str
    distance: float
    """STARC distance in [0, 1]; 0 also for what differs only by shaping or scale."""
    plain: float
    """The same without levelling: shaping counts, which changes how fast a policy learns."""

    @property
    def apart(self) -> float:
        """The larger of the two: small only for what trains alike."""
        return max(self.distance, self.plain)


def state_features(rows: Mapping[str, Array]) -> StateFeatures | None:
    """The features of recorded rows; None where no state before and after was recorded.

    The numbers of the state, standardised, with their squares and a constant.
    """
    pairs = state_columns(rows)
    if pairs is None:
        return None
    before, after = pairs
    centre, spread = before.mean(axis=0), before.std(axis=0)
    varying = spread > 1e-9 * np.maximum(1.0, np.abs(centre))
    scaled = [
        np.clip((states[:, varying] - centre[varying]) / spread[varying], -_LARGEST, _LARGEST)
        for states in (before, after)
    ]
    first, second = (_expand(states) for states in scaled)
    if "terminated" in rows:
        second = np.where(np.asarray(rows["terminated"], dtype=np.bool_)[:, None], 0.0, second)
    return StateFeatures(first, second)


def state_columns(rows: Mapping[str, Array]) -> tuple[Array, Array] | None:
    """Every number that describes the state, before and after, (rows, columns) in float64."""
    pairs = _pairs(rows)
    if not pairs:
        return None
    before, after = (np.concatenate([_flat(rows[p[i]]) for p in pairs], axis=1) for i in (0, 1))
    return before, after


def state_names(rows: Mapping[str, Array]) -> set[str]:
    """The recorded names that `state_features` reads."""
    return {name for pair in _pairs(rows) for name in pair} | ({"terminated"} & set(rows))


def _pairs(rows: Mapping[str, Array]) -> list[tuple[str, str]]:
    """Names before and after a step: the observation, or the signals where it was not recorded.

    Not both: a distance that has been run is a signal whose change is the speed, and as a
    potential it would take the speed away.
    """
    if "obs" in rows and "next_obs" in rows:
        return [("obs", "next_obs")]
    pairs = [(PREVIOUS + name, name) for name in rows if PREVIOUS + name in rows]
    return [pair for pair in pairs if pair[1] not in BUILTIN_SIGNALS]


def _flat(values: Array) -> Array:
    return np.asarray(values, dtype=np.float64).reshape(len(values), -1)


def _expand(states: Array) -> Array:
    constant = np.ones((len(states), 1))
    squares = [states**2] if states.shape[1] <= _SQUARED_COLUMNS else []
    return np.concatenate([constant, states, *squares], axis=1)


@dataclass(frozen=True, slots=True)
class Metric:
    """The distance on some recorded rows, with all that does not depend on a reward worked out."""

    before: Array
    fall: Array
    """Features before less those after, discounted, (rows, features)."""
    inverse: Array
    """(features, features): from the features' sums of rewards to the weights of the value."""

    @classmethod
    def of(cls, features: StateFeatures, discount: float = DISCOUNT) -> Metric:
        """The metric of the rows with these features."""
        fall = features.before - discount * features.after
        inverse = np.linalg.pinv(features.before.T @ fall, rcond=_SINGULAR)
        return cls(features.before, fall, inverse)

    @classmethod
    def on(cls, rows: Mapping[str, Array]) -> Metric | None:
        """The metric of recorded rows; None where no state before and after was recorded."""
        features = state_features(rows)
        return None if features is None else cls.of(features)

    def level(self, rewards: Array) -> Array:
        """Value-adjusted levelling, R - V(s) + discount V(s'), (rows,).

        V is the value of the recorded mix of policies.  Where the next features are expectations
        over the next state, and the features tell every state apart, this is exact.
        """
        return rewards - self.fall @ (self.inverse @ (self.before.T @ rewards))

    def mark(self, rewards: Array) -> Mark:
        """What distances are told from."""
        return Mark(standardised(self.level(rewards), rewards), standardised(rewards, rewards))


def standardised(levelled: Array, rewards: Array) -> Array:
    """A levelled reward divided by its norm; zeros where nothing but rounding is left."""
    norm = float(np.linalg.norm(levelled))
    if norm <= _NOTHING * float(np.linalg.norm(rewards)) or norm == 0.0:
        return np.zeros_like(levelled)
    return levelled / norm


def half_distance(one: Array, other: Array) -> float:
    """Half the L2 distance of two standardised rewards."""
    return min(1.0, float(np.linalg.norm(one - other)) / 2)


def starc_distance(one: Mark, other: Mark) -> float:
    """From 0 (every policy is ordered alike) to 1 (the opposite), for rewards of the same rows."""
    return half_distance(one.levelled, other.levelled)


def neighbours(mark: Mark, earlier: Mapping[str, Mark]) -> list[Neighbour]:
    """All earlier rewards, by name on the same rows, the nearest first."""
    found = [
        Neighbour(name, starc_distance(mark, other), half_distance(mark.plain, other.plain))
        for name, other in earlier.items()
    ]
    return sorted(found, key=lambda neighbour: (neighbour.apart, neighbour.name))


def near_duplicate(mark: Mark, earlier: Mapping[str, Mark]) -> Neighbour | None:
    """The nearest earlier reward that this one is over again, up to positive scale.

    A reward that only adds shaping to an earlier one is none: policies are ordered alike, but how
    fast they are learned is not (a mountain car reaches its flag with shaping and not without).
    """
    nearest = next(iter(neighbours(mark, earlier)), None)
    return nearest if nearest is not None and nearest.apart < NEAR else None


def cluster_of(name: str, mark: Mark, leaders: Mapping[str, Mark]) -> str:
    """The nearest leader within CLUSTER, the first by name where two are; else it leads itself.

    Leaders were judged before it, so that what comes later changes no cluster.
    """
    known = {leader: starc_distance(mark, other) for leader, other in leaders.items()}
    near = [(distance, leader) for leader, distance in known.items() if distance < CLUSTER]
    return min(near)[1] if near else name


def near_duplicate_finding(near: Neighbour) -> Reason:
    """The words for a reward that is an earlier one over again."""
    message = (
        f"on recorded transitions this is the reward of {near.name} again, up to a factor "
        f"(distance {near.apart:.3f}, where 1 is the opposite and below {NEAR:g} the same): it "
        f"would train to the same result, so it is not trained and that of {near.name} stands in; "
        "change what it pays for, not a weight by a little"
    )
    return Reason(rule="near_duplicate", message=message, warning=True)
