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
"""Below this, rewards count as one: a correlation above 0.9992 (d = sin(angle / 2)), so less than a
thousandth of one's spread is new to the other, far less than one seed's luck in training."""
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
class Neighbour:
    """An earlier reward, and how far it is."""

    name: str
    distance: float
    """STARC distance in [0, 1]; 0 also for what differs only by shaping or scale."""
    plain: float
    """The same without levelling: shaping counts, which changes how fast a policy learns."""


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


def level(rewards: Array, features: StateFeatures, discount: float = DISCOUNT) -> Array:
    """Value-adjusted levelling, R - V(s) + discount V(s'), (rows,).

    V is the value of the recorded mix of policies.  Where the next features are expectations over
    the next state, and the features tell every state apart, this is exact.
    """
    before, after = features.before, features.after
    fall = before - discount * after
    weights = np.linalg.pinv(before.T @ fall, rcond=_SINGULAR) @ (before.T @ rewards)
    return rewards - fall @ weights


def standardised(levelled: Array, rewards: Array) -> Array:
    """A levelled reward divided by its norm; zeros where nothing but rounding is left."""
    norm = float(np.linalg.norm(levelled))
    if norm <= _NOTHING * float(np.linalg.norm(rewards)) or norm == 0.0:
        return np.zeros_like(levelled)
    return levelled / norm


def starc_distance(
    first: Array, second: Array, features: StateFeatures, discount: float = DISCOUNT
) -> float:
    """From 0 (every policy is ordered alike) to 1 (the opposite), for rewards of the same rows."""
    one, other = (standardised(level(r, features, discount), r) for r in (first, second))
    return half_distance(one, other)


def half_distance(one: Array, other: Array) -> float:
    """Half the L2 distance of two standardised rewards."""
    return min(1.0, float(np.linalg.norm(one - other)) / 2)


def nearest_reward(
    rewards: Array, earlier: Mapping[str, Array], features: StateFeatures
) -> Neighbour | None:
    """Which of the earlier rewards, by name on the same rows, is the nearest; None without any."""
    if not earlier:
        return None
    own, plain = standardised(level(rewards, features), rewards), standardised(rewards, rewards)
    found = [
        Neighbour(
            name,
            half_distance(own, standardised(level(other, features), other)),
            half_distance(plain, standardised(other, other)),
        )
        for name, other in earlier.items()
    ]
    return min(found, key=lambda neighbour: max(neighbour.distance, neighbour.plain))


def near_duplicate(
    rewards: Array, earlier: Mapping[str, Array], features: StateFeatures
) -> Reason | None:
    """The finding that a reward is an earlier one over again, up to positive scale.

    A reward that only adds shaping to an earlier one is none: policies are ordered alike, but how
    fast they are learned is not (a mountain car reaches its flag with shaping and not without).
    """
    near = nearest_reward(rewards, earlier, features)
    if near is None or max(near.distance, near.plain) >= NEAR:
        return None
    message = (
        f"on recorded transitions this is the reward of {near.name} again, up to a factor "
        f"(distance {near.distance:.3f}, where 1 is the opposite and below {NEAR:g} the same): "
        "it would train to the same result; change what it pays for, not a weight by a little"
    )
    return Reason(rule="near_duplicate", message=message, warning=True)
