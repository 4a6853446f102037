"""Scripted policies for the bank: together they go where one random policy never does.

Each works on scores in [-1, 1], (environments, dimensions): a box maps them between its bounds, a
discrete space takes the largest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rewardsmith.backends import ActionSpace
from rewardsmith.signals import Array

Act = Callable[[Array, Array], Array]
"""Observations (environments, ...) and episode steps (environments,) to actions."""
Scores = Callable[[Array, Array], Array]
"""The same to scores, (environments, dimensions)."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A way to act in `environments` copies of an environment."""

    name: str
    environments: int
    start: Callable[[ActionSpace, np.random.Generator, int], Act]
    """From the action space, its own randomness and the number of copies."""


def dimensions(space: ActionSpace) -> int:
    """How many scores an action has."""
    return int(np.prod(space.shape, dtype=int)) if space.count is None else space.count


def to_actions(space: ActionSpace, scores: Array) -> Array:
    """The actions that scores stand for; an infinite bound counts as 1."""
    if space.discrete:
        return np.argmax(scores, axis=-1).astype(np.int64)
    low = np.nan_to_num(np.array(space.low), neginf=-1.0)
    high = np.nan_to_num(np.array(space.high), posinf=1.0)
    actions = (low + high) / 2 + np.clip(scores, -1.0, 1.0) * (high - low) / 2
    return actions.reshape(len(scores), *space.shape).astype(np.float32)


def _scripted(
    name: str, environments: int, script: Callable[[np.random.Generator, int, int], Scores]
) -> Actor:
    def start(space: ActionSpace, rng: np.random.Generator, count: int) -> Act:
        scores = script(rng, count, dimensions(space))
        return lambda obs, step: to_actions(space, scores(obs, step))

    return Actor(name, environments, start)


def _random(rng: np.random.Generator, count: int, size: int) -> Scores:
    return lambda _obs, _step: rng.uniform(-1.0, 1.0, (count, size))


def _zeros(rng: np.random.Generator, count: int, size: int) -> Scores:
    del rng
    return lambda _obs, _step: np.zeros((count, size))


def _constant(rng: np.random.Generator, count: int, size: int) -> Scores:
    """An extreme for each copy; the first ones push every dimension the same way."""
    held = rng.choice([-1.0, 1.0], (count, size))
    held[: min(count, size)] = 2 * np.eye(size)[:count] - 1
    held[-1] = 1.0
    return lambda _obs, _step: held


def _held(rng: np.random.Generator, count: int, draw: Callable[[], Array], mean: float) -> Scores:
    """What was drawn stays for `mean` steps on average."""
    held = draw()

    def scores(obs: Array, step: Array) -> Array:
        del obs
        anew = (step == 0) | (rng.random(count) < 1.0 / mean)
        held[anew] = draw()[anew]
        return held

    return scores


def _sticky(rng: np.random.Generator, count: int, size: int) -> Scores:
    return _held(rng, count, lambda: rng.uniform(-1.0, 1.0, (count, size)), 8.0)


def _bang(rng: np.random.Generator, count: int, size: int) -> Scores:
    """Bang-bang: extremes only, held longer."""
    return _held(rng, count, lambda: rng.choice([-1.0, 1.0], (count, size)), 15.0)


def _linear(rng: np.random.Generator, count: int, size: int) -> Scores:
    """A random linear function of the normalised observation, a different one in each copy."""
    seen: list[Array] = []
    weights: list[Array] = []

    def scores(obs: Array, step: Array) -> Array:
        del step
        flat = obs.reshape(len(obs), -1).astype(np.float64)
        if not weights:
            shape = (count, size, flat.shape[1])
            weights.append(rng.normal(0.0, 2.0 / np.sqrt(flat.shape[1]), shape))
        if len(seen) < _STATISTICS:
            seen.append(flat)
        rows = np.concatenate(seen)
        normal = (flat - rows.mean(axis=0)) / (rows.std(axis=0) + 1e-6)
        return np.tanh(np.einsum("nsf,nf->ns", weights[0], np.clip(normal, -5.0, 5.0)))

    return scores


_STATISTICS = 50
"""Steps from which the linear policies take the observation's mean and spread."""


def _sine(rng: np.random.Generator, count: int, size: int) -> Scores:
    """Gaits: every dimension swings with its own amplitude and phase, a period for each copy."""
    amplitude = rng.uniform(0.3, 1.0, (count, size))
    phase = rng.uniform(0.0, 2 * np.pi, (count, size))
    period = np.exp(rng.uniform(np.log(5.0), np.log(80.0), (count, 1)))
    return lambda _obs, step: amplitude * np.sin(2 * np.pi * step[:, None] / period + phase)


SCRIPTED = (
    _scripted("random", 10, _random),
    _scripted("zeros", 2, _zeros),
    _scripted("constant", 8, _constant),
    _scripted("sticky", 12, _sticky),
    _scripted("bang", 8, _bang),
    _scripted("linear", 14, _linear),
    _scripted("sine", 10, _sine),
)
