"""The composer's own form of a reward: a sum of terms, each a weight times a product of shapes."""

from __future__ import annotations

from typing import Any

import msgspec

from rewardsmith.records import Record

SHAPED = (
    "linear",
    "bounded",
    "target",
    "inside",
    "beyond",
    "change",
    "absolute",
    "square",
)
"""Kinds of shapes that read one channel of a signal."""
FREE = ("effort", "time", "alive", "end")
"""Kinds of shapes that read no channel."""
KINDS = (*SHAPED, *FREE)
GATES = ("target", "inside", "beyond", "bounded")
"""Kinds that stay between -1 and 1, so that they can multiply another shape."""
FAMILIES = {
    "linear": "level",
    "bounded": "level",
    "target": "place",
    "inside": "place",
    "absolute": "place",
    "square": "place",
    "beyond": "event",
    "end": "event",
    "change": "progress",
    "effort": "effort",
    "time": "time",
    "alive": "time",
}
"""What kinds have in common: two of a family are more alike than two of different families."""
SCALED = ("linear", "change", "absolute", "effort", "end")
"""Kinds whose width is a mere factor."""
MOST_TERMS = 6
MOST_SHAPES = 3


class Shape(Record, frozen=True):
    """One shaped quantity of order 1, with x the channel, t the target, w the width.

    linear x/w; bounded tanh((x-t)/w); target exp(-((x-t)/w)^2); inside 1 where |x-t| < w;
    beyond 1 where x > t; change (x-previous_x)/w; absolute |x-t|/w; square ((x-t)/w)^2;
    effort (sum of action squares)/w; time 1; alive 1 unless terminated; end w where terminated.
    """

    kind: str
    signal: str = ""
    component: int | None = None
    norm: bool = False
    """The Euclidean length of a vector signal in place of a component."""
    target: float = 0.0
    width: float = 1.0

    @property
    def channel(self) -> tuple[str, int | None, bool]:
        """Which number it reads: signal, component, whether it is the norm."""
        return self.signal, self.component, self.norm


class Term(Record, frozen=True):
    """A weight, which carries the sign, times the product of its shapes."""

    weight: float
    shapes: tuple[Shape, ...]


class Tree(Record, frozen=True):
    """A reward: the sum of its terms; the first is the main one when it is born."""

    terms: tuple[Term, ...]


def tree_to_json(tree: Tree) -> dict[str, Any]:
    """The form that `Candidate.tree` holds."""
    return msgspec.to_builtins(tree)


def tree_from_json(data: dict[str, Any] | None) -> Tree | None:
    """The tree that `tree_to_json` wrote; None where it is none of the composer's."""
    if data is None:
        return None
    try:
        tree = msgspec.convert(data, Tree)
    except msgspec.ValidationError:
        return None
    shapes = [shape for term in tree.terms for shape in term.shapes]
    sound = tree.terms and all(term.shapes for term in tree.terms)
    sound = sound and all(shape.kind in KINDS and shape.width > 0 for shape in shapes)
    return tree if sound else None


def fingerprint(tree: Tree) -> tuple[object, ...]:
    """Equal for trees that differ only in scale, which training removes, and in order."""
    parts = [
        (tuple(sorted(repr(_unscaled(s)) for s in term.shapes)), _coefficient(term))
        for term in tree.terms
    ]
    largest = max(abs(coefficient) for _, coefficient in parts) or 1.0
    return tuple(sorted((shapes, f"{c / largest:.2g}") for shapes, c in parts))


def _unscaled(shape: Shape) -> Shape:
    return msgspec.structs.replace(shape, width=1.0) if shape.kind in SCALED else shape


def _coefficient(term: Term) -> float:
    weight = term.weight
    for shape in term.shapes:
        if shape.kind in SCALED:
            weight = weight * shape.width if shape.kind == "end" else weight / shape.width
    return weight
