"""Retuning: constants are multiplied and nothing else is touched, in code and in trees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from rewardsmith.language.constants import find_numbers, round3, with_numbers
from rewardsmith.proposers.composer.tree import (
    SCALED,
    SHAPED,
    Tree,
    tree_from_json,
    tree_to_json,
)
from rewardsmith.proposers.composer.writing import write

SPREAD = 0.5
"""Standard deviation of the logarithm of a factor."""


def retune_source(source: str, rng: np.random.Generator) -> str | None:
    """The source with some numeric constants multiplied by random factors.

    None where it does not parse or holds no constant that may be changed.
    """
    numbers = find_numbers(source)
    if not numbers:
        return None
    chosen = rng.random(len(numbers)) < 0.5  # noqa: PLR2004  half of them
    chosen[rng.integers(len(numbers))] = True
    factors = np.where(chosen, np.exp(rng.normal(0.0, SPREAD, len(numbers))), 1.0)
    values = [number.value * factor for number, factor in zip(numbers, factors, strict=True)]
    return with_numbers(source, numbers, values)


def tree_numbers(tree: Tree) -> tuple[float, ...]:
    """The parameters of a tree: weights without their sign, and targets and widths that count."""
    return tuple(abs(value) for _, _, value in _parameters(tree))


def with_tree_numbers(tree: Tree, values: Sequence[float]) -> Tree:
    """The same tree with other values, signs kept, three significant digits each."""
    terms = list(tree.terms)
    for (place, name, before), value in zip(_parameters(tree), values, strict=True):
        number = round3(value if before > 0 else -value)
        term, shape = place
        if shape is None:
            terms[term] = msgspec.structs.replace(terms[term], weight=number)
        else:
            shapes = list(terms[term].shapes)
            shapes[shape] = msgspec.structs.replace(shapes[shape], **{name: number})
            terms[term] = msgspec.structs.replace(terms[term], shapes=tuple(shapes))
    return Tree(terms=tuple(terms))


def _parameters(tree: Tree) -> list[tuple[tuple[int, int | None], str, float]]:
    """(term and shape, field, value) of each; the width of a scaled kind is in the weight."""
    found: list[tuple[tuple[int, int | None], str, float]] = []
    for i, term in enumerate(tree.terms):
        found.append(((i, None), "weight", term.weight))
        for k, shape in enumerate(term.shapes):
            if shape.target and shape.kind in SHAPED and shape.kind not in ("linear", "change"):
                found.append(((i, k), "target", shape.target))
            if shape.kind in SHAPED and shape.kind not in (*SCALED, "beyond"):
                found.append(((i, k), "width", shape.width))
    return [entry for entry in found if entry[2]]


@dataclass(frozen=True, slots=True)
class TreeForm:
    """A tree as a function of its numbers."""

    tree: Tree
    units: Mapping[str, str]

    @property
    def numbers(self) -> tuple[float, ...]:
        """Its numbers, without their signs."""
        return tree_numbers(self.tree)

    def render(self, values: Sequence[float]) -> tuple[str, dict[str, Any]]:
        """Source and JSON of the tree with these numbers."""
        tree = with_tree_numbers(self.tree, values)
        return write(tree, self.units)[0], tree_to_json(tree)


def tree_form(data: dict[str, Any] | None, units: Mapping[str, str]) -> TreeForm | None:
    """The composer's own form of a candidate; None for another's code."""
    tree = tree_from_json(data)
    return None if tree is None else TreeForm(tree, units)
