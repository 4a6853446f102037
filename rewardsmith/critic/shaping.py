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
)
from rewardsmith.records import Reason
from rewardsmith.signals import Array

_LENGTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
"""Steps of the loops that are looked for."""
_CLOSED = 0.1
"""A path is a loop where its ends lie nearer to each other than this share of its length."""
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
    best: Loop | None = None
    for index, path in enumerate(paths):
        known = value.knows(path.before)
        rest = path.rewards - path.before @ value.weights + discount * path.after @ value.weights
        if path.succeeded:
            known[-1] = False
        for length in _LENGTHS:
            starts = _closed(path, length, known)
            if not len(starts):
                continue
            window = np.arange(length)
            sums = rest[starts[:, None] + window] @ discount**window
            gains = sums / (1.0 - discount**length)
            at = int(np.argmax(gains))
            if gains[at] > value.margin and (best is None or gains[at] > best.gain):
                start = int(starts[at])
                pays = float(path.rewards[start : start + length].mean())
                best = Loop(index, start, length, float(gains[at]), pays)
    return best


def _closed(path: Path, length: int, known: Array) -> Array:
    """Where loops of that length begin that never leave the known states, (loops,)."""
    steps = len(path.rewards)
    if steps <= length:
        return np.empty(0, dtype=np.intp)
    places = path.places
    strides = np.linalg.norm(np.diff(places, axis=0), axis=1)
    walked = np.concatenate([[0.0], np.cumsum(strides)])
    apart = np.linalg.norm(places[length:] - places[:-length], axis=1)
    away = walked[length:] - walked[:-length]
    unknown = np.concatenate([[0], np.cumsum(~known)])
    inside = unknown[length : steps + 1] - unknown[: steps + 1 - length] == 0
    return np.flatnonzero((apart <= np.maximum(_STILL, _CLOSED * away)) & inside[: len(apart)])


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
        leverage = np.einsum("nf,fg,ng->n", states, inverse, states)
        margin = _MARGIN * error + _FACTS * scale / (1.0 - discount)
        return cls(weights, margin, inverse, float(leverage.max()))

    def knows(self, states: Array) -> Array:
        """Whether states lie where paths that succeed have been, (rows,)."""
        return np.einsum("nf,fg,ng->n", states, self.inverse, states) <= _KNOWN * self.largest


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
    `success`; where that is not declared, ending early must go with more fitness.
    """
    succeeded = _succeeded(trial, success)
    if succeeded is None:
        return None
    paths = _paths(trial, succeeded)
    loop = find_loop(paths) if paths else None
    if loop is None:
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
    names = trial.episodes[0].signals
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
