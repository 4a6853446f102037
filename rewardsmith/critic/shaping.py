"""Loops that pay more than finishing, once potential-based shaping is taken away.

Ng, Harada and Russell 1999: discount Φ(s') - Φ(s) with Φ = 0 after the end leaves every optimal
policy as it was.  Its sums are not 0, though (for Φ < 0 and a discount below 1 they are positive
on every loop), so a potential is fitted and removed before a loop is judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from rewardsmith.critic.behaviour import FEWEST_ENDINGS, Trial, survival_tendency
from rewardsmith.critic.distance import (
    DISCOUNT,
    StateFeatures,
    state_columns,
    state_features,
    state_names,
)
from rewardsmith.records import Reason
from rewardsmith.signals import Array

_LENGTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
"""Steps of the loops that are looked for."""
_CLOSED = 0.1
"""A path is a loop where its ends lie nearer to each other than this share of its length, and of a
standard deviation of the state: else progress of a pace that is no loop would be multiplied."""
_STILL = 1e-6
_MARGIN = 2.0
"""Times the error of the fitted value by which a loop must beat finishing."""
_KNOWN = 1.5
"""Times the largest leverage of a fitted state up to which the fit is trusted."""
_RIDGE = 1e-8
_FACTS = 1e-6


@dataclass(frozen=True, slots=True)
class PotentialFit:
    """The potential that explains a reward best."""

    potential: Array
    """Weights of the features, (features,)."""
    rest: Array
    """The reward without its shaping, (rows,)."""
    explained: float
    """Share of the reward's squares that is shaping; 1 is nothing but shaping."""


@dataclass(frozen=True, slots=True)
class Path:
    """One episode as states, (length, ...) each, with the rewards of its steps."""

    before: Array
    after: Array
    """Features; 0 after the end."""
    places: Array
    """Where the steps begin, in standardised numbers of the state, (length, columns)."""
    rewards: Array
    succeeded: bool


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop that pays more than finishing does."""

    path: int
    start: int
    length: int
    gain: float
    """What going round for ever is worth beyond finishing from the same state."""
    pays: float
    """The mean reward of its steps."""


def fit_potential(
    rewards: Array, features: StateFeatures, discount: float = DISCOUNT
) -> PotentialFit:
    """Least squares, min over Φ of Σ (R - discount Φ(s') + Φ(s))²."""
    shaping = discount * features.after - features.before
    weights = np.linalg.lstsq(shaping, rewards, rcond=None)[0]
    rest = rewards - shaping @ weights
    power = float(rewards @ rewards)
    return PotentialFit(weights, rest, 1.0 - float(rest @ rest) / power if power else 0.0)


def find_loop(paths: Sequence[Path], discount: float = DISCOUNT) -> Loop | None:
    """The loop that beats finishing by most, or None.

    The potential is minus the discounted return of the paths that succeed, fitted on their states:
    it takes in shaping exactly, and what then remains of a loop, summed over all its rounds, is
    what looping is worth beyond finishing.  Loops are judged only where the fit knows the states.
    """
    value = _Value.of([path for path in paths if path.succeeded], discount)
    if value is None:
        return None
    ground = _Ground.of(paths, value, discount)
    best: Loop | None = None
    for length in _LENGTHS:
        starts = ground.closed(length)
        if not len(starts):
            continue
        sums = np.correlate(ground.rest, discount ** np.arange(length), "valid")[starts]
        gains = sums / (1.0 - discount**length)
        at = int(np.argmax(gains))
        if gains[at] > value.margin and (best is None or gains[at] > best.gain):
            index = int(ground.path[starts[at]])
            start = int(starts[at] - np.argmax(ground.path == index))
            pays = float(paths[index].rewards[start : start + length].mean())
            best = Loop(index, start, length, float(gains[at]), pays)
    return best


@dataclass(frozen=True, slots=True)
class _Ground:
    """All paths in one row: where each step begins, and what it pays without the potential."""

    path: Array
    """Which path a step belongs to."""
    places: Array
    walked: Array
    unknown: Array
    """How many steps before this one begin where the fit does not know the state, (rows + 1,)."""
    rest: Array

    @classmethod
    def of(cls, paths: Sequence[Path], value: _Value, discount: float) -> _Ground:
        """The last step of a path that succeeds is part of no loop."""
        before = np.concatenate([path.before for path in paths])
        after = np.concatenate([path.after for path in paths])
        places = np.concatenate([path.places for path in paths])
        rewards = np.concatenate([path.rewards for path in paths])
        known = value.knows(before)
        ends = np.cumsum([len(path.rewards) for path in paths])
        known[ends[[path.succeeded for path in paths]] - 1] = False
        strides = np.linalg.norm(np.diff(places, axis=0), axis=1)
        return cls(
            path=np.repeat(np.arange(len(paths)), [len(path.rewards) for path in paths]),
            places=places,
            walked=np.concatenate([[0.0], np.cumsum(strides)]),
            unknown=np.concatenate([[0], np.cumsum(~known)]),
            rest=rewards - (before - discount * after) @ value.weights,
        )

    def closed(self, length: int) -> Array:
        """Where loops of that length begin that never leave the known states, (loops,)."""
        if len(self.rest) <= length:
            return np.empty(0, dtype=np.intp)
        apart = np.linalg.norm(self.places[length:] - self.places[:-length], axis=1)
        away = self.walked[length:] - self.walked[:-length]
        inside = self.unknown[length:-1] == self.unknown[: -length - 1]
        same = self.path[length:] == self.path[:-length]
        near = apart <= np.maximum(_STILL, _CLOSED * np.minimum(away, 1.0))
        return np.flatnonzero(near & inside & same)


@dataclass(frozen=True, slots=True)
class _Value:
    """What finishing is worth from a state: linear in its features."""

    weights: Array
    margin: float
    inverse: Array
    largest: float

    @classmethod
    def of(cls, paths: Sequence[Path], discount: float) -> _Value | None:
        """Fitted to the returns of the paths that succeed."""
        if not paths:
            return None
        states = np.concatenate([path.before for path in paths])
        returns = np.concatenate([_to_go(path.rewards, discount) for path in paths])
        inverse = np.linalg.inv(states.T @ states + _RIDGE * np.eye(states.shape[1]))
        weights = np.linalg.lstsq(states, returns, rcond=None)[0]
        error = float(np.sqrt(np.mean((returns - states @ weights) ** 2)))
        scale = max(float(np.abs(path.rewards).max()) for path in paths)
        leverage = _leverage(states, inverse)
        margin = _MARGIN * error + _FACTS * scale / (1.0 - discount)
        return cls(weights, margin, inverse, float(leverage.max()))

    def knows(self, states: Array) -> Array:
        """Whether states lie where paths that succeed have been, (rows,)."""
        return _leverage(states, self.inverse) <= _KNOWN * self.largest


def _leverage(states: Array, inverse: Array) -> Array:
    """How far each row lies from what the fit has seen, (rows,)."""
    return np.sum((states @ inverse) * states, axis=1)


def _to_go(rewards: Array, discount: float) -> Array:
    """Discounted return from each step on."""
    found = np.empty(len(rewards))
    ahead = 0.0
    for step in range(len(rewards) - 1, -1, -1):
        found[step] = ahead = float(rewards[step]) + discount * ahead
    return found


# ---------------------------------------------------------------- recorded episodes


def loop_finding(trial: Trial, success: float | None = None) -> Reason | None:
    """A loop in the recorded episodes that pays more than success.

    Only where episodes end in success: the simulator ended them, with a fitness of at least
    `success`; where that is not declared, ending early must go with more fitness.  A loop that
    only costs less than success is not told: in training it seldom keeps a policy from succeeding.
    """
    succeeded = _succeeded(trial, success)
    if succeeded is None:
        return None
    paths = _paths(trial, succeeded)
    loop = find_loop(paths) if paths else None
    if loop is None or loop.pays <= 0:
        return None
    episode = trial.episodes[loop.path]
    who = f" of the policy `{episode.policy}`" if episode.policy else ""
    finish = float(trial.returns[succeeded].mean())
    message = (
        f"going round pays more than success: in a recorded episode{who} the {loop.length} steps "
        f"from step {loop.start} come back to where they began and pay {loop.pays:.4g} each, "
        f"{loop.pays / (1 - DISCOUNT):.4g} where repeated (discount {DISCOUNT:g}), and a whole "
        f"episode that succeeds {finish:.4g}; pay for progress as a difference (now minus "
        "before, so that coming back takes it away), or much more for success"
    )
    return Reason(rule="loop", message=message, warning=True)


def _succeeded(trial: Trial, success: float | None) -> Array | None:
    """Which episodes ended in success; None where the task does not end so."""
    tendency = survival_tendency(trial.episodes)
    if tendency is None or tendency > 0:
        return None
    least = float(np.median(trial.fitness[trial.terminated])) if success is None else success
    found = trial.terminated & (trial.fitness >= least)
    return found if found.sum() >= FEWEST_ENDINGS else None


def _paths(trial: Trial, succeeded: Array) -> list[Path]:
    """The episodes as paths through standardised states; none where no state was recorded."""
    names = state_names(trial.episodes[0].signals)
    rows = {name: np.concatenate([e.signals[name] for e in trial.episodes]) for name in names}
    features, columns = state_features(rows), state_columns(rows)
    if features is None or columns is None:
        return []
    spread = columns[0].std(axis=0)
    places = columns[0][:, spread > 0] / spread[spread > 0]
    ends = np.cumsum(trial.lengths)
    bounds = zip(chain([0], ends[:-1]), ends, strict=True)
    return [
        Path(
            features.before[low:high],
            features.after[low:high],
            places[low:high],
            trial.rewards[index],
            bool(succeeded[index]),
        )
        for index, (low, high) in enumerate(bounds)
    ]
