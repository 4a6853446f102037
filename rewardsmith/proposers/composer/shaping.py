"""Numbers for shapes: targets, widths and scales from the observed ranges, of order 1."""

from __future__ import annotations

import numpy as np

from rewardsmith.language.constants import round3
from rewardsmith.proposers.composer.tree import FREE, Shape
from rewardsmith.proposers.composer.vocabulary import Atom, Channel, Vocabulary

CHANGES = 50.0
"""A signal is taken to cross its range in so many steps where nothing else is known."""
ENDINGS = (5.0, 10.0, 20.0, 50.0)
"""What an ending may be worth beside steps of order 1."""
LANDMARKS = 0.6
"""How often a number in the signal's sentence is the target, where there is one."""


def shape_of(atom: Atom, vocabulary: Vocabulary, rng: np.random.Generator) -> Shape:
    """A shape of that kind on that channel, its numbers drawn to fit the channel's range."""
    if atom.kind in FREE:
        widths = {"effort": vocabulary.effort or 1.0, "end": float(rng.choice(ENDINGS))}
        return Shape(kind=atom.kind, width=round3(widths.get(atom.kind, 1.0)))
    channel = vocabulary.channels[atom.channel]
    target = 0.0
    if atom.kind not in {"linear", "change"}:
        target = _target(atom.kind, channel, rng, hold="hold" in vocabulary.wishes)
    return Shape(
        kind=atom.kind,
        signal=channel.signal,
        component=channel.component,
        norm=channel.norm,
        target=round3(target) + 0.0,
        width=_positive(_width(atom.kind, channel, target, rng)),
    )


def moved(shape: Shape, vocabulary: Vocabulary, rng: np.random.Generator) -> Shape:
    """The same kind on the same channel with its target or its width elsewhere."""
    if shape.kind in {"time", "alive"}:
        return shape
    factor = float(np.exp(rng.normal(0.0, 0.5)))
    if shape.kind in FREE or shape.kind in {"linear", "change"} or rng.random() < 0.5:  # noqa: PLR2004
        return _with(shape, shape.target, shape.width * factor)
    channel = vocabulary.channels[shape.channel]
    spread = channel.high - channel.low
    target = shape.target + float(rng.normal(0.0, 0.15)) * spread
    if rng.random() < 0.3:  # noqa: PLR2004  now and then afresh
        target = _target(shape.kind, channel, rng, hold="hold" in vocabulary.wishes)
    return _with(shape, min(max(target, channel.low), channel.high), shape.width)


def _with(shape: Shape, target: float, width: float) -> Shape:
    return Shape(
        kind=shape.kind,
        signal=shape.signal,
        component=shape.component,
        norm=shape.norm,
        target=round3(target) + 0.0,
        width=_positive(width),
    )


def _positive(width: float) -> float:
    return max(round3(width), 1e-6)


def _target(kind: str, channel: Channel, rng: np.random.Generator, *, hold: bool) -> float:
    low, high, spread = channel.low, channel.high, channel.high - channel.low
    if kind == "beyond":
        return low + spread * float(rng.uniform(0.4, 0.95))
    if kind == "bounded" and low <= 0.0 <= high:
        return 0.0
    landmarks = [(at, weight) for at, weight in channel.reading.landmarks if low <= at <= high]
    if landmarks and rng.random() < LANDMARKS:
        weights = np.array([weight for _, weight in landmarks])
        return landmarks[int(rng.choice(len(landmarks), p=weights / weights.sum()))][0]
    places = {
        "zero": 0.0,
        "upper": low + spread * float(rng.uniform(0.75, 1.0)),
        "middle": (low + high) / 2.0,
        "anywhere": low + spread * float(rng.uniform(0.0, 1.0)),
    }
    weights = (0.6, 0.15, 0.1, 0.15) if low <= 0.0 <= high else (0.0, 0.45, 0.25, 0.3)
    if channel.reading.direction > 0:
        weights = (0.25, 0.5, 0.1, 0.15) if low <= 0.0 <= high else (0.0, 0.7, 0.15, 0.15)
    elif hold and low <= 0.0 <= high:
        weights = (0.8, 0.07, 0.05, 0.08)
    return places[str(rng.choice(list(places), p=weights))]


def _width(kind: str, channel: Channel, target: float, rng: np.random.Generator) -> float:
    low, high, spread = channel.low, channel.high, channel.high - channel.low
    reach = max(abs(low - target), abs(high - target))
    if kind in {"linear", "absolute", "square"}:
        return reach
    if kind == "change":
        return spread / CHANGES
    if kind == "bounded":
        return reach * float(rng.uniform(0.25, 0.7))
    return spread * float(np.exp(rng.uniform(np.log(0.08), np.log(0.35))))
