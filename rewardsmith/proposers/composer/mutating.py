"""Mutation: a tree with one to three changes, some of them as was advised; and retuning."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from rewardsmith.language.constants import round3
from rewardsmith.proposers.composer.growing import (
    Soil,
    drawn,
    gated,
    merged,
    new_shape,
    taken_by,
    with_extra,
)
from rewardsmith.proposers.composer.policy import heaviest
from rewardsmith.proposers.composer.shaping import moved
from rewardsmith.proposers.composer.tree import GATES, MOST_SHAPES, SHAPED, Term, Tree

ADVISED = 0.5
"""How often the first change is one that the parent's numbers ask for, where they ask for one."""
RESCALED = (2.0, 8.0)
"""A term that drowns the others, or has no say, is divided or multiplied by so much."""
Change = Callable[[Soil, Sequence[Term], int], list[Term]]


def mutated(
    soil: Soil, tree: Tree, *, hopeless: bool, actions: Mapping[int, str] | None = None
) -> Tree:
    """The tree with one to three changes; a hopeless one mostly gets another main term.

    `actions` is the analyzer's advice by term: keep, smaller, larger, rewrite or drop.
    """
    terms = list(tree.terms)
    if hopeless and soil.rng.random() < 0.8:  # noqa: PLR2004  no use in polishing a failure
        main, *others = _with_main(soil, terms)
        kept = [term for term in others if soil.rng.random() < 0.2]  # noqa: PLR2004
        return Tree(terms=(main, *kept))
    names, weights = list(MUTATIONS), np.array([share for _, share in MUTATIONS.values()])
    changes = min(3, int(soil.rng.geometric(0.6)))
    asked = [place for place, action in (actions or {}).items() if action in ADVISABLE]
    if asked and soil.rng.random() < ADVISED:
        place = asked[_any(soil, asked)]
        terms = ADVISABLE[(actions or {})[place]](soil, terms, place)
        changes -= 1
    for _ in range(changes):
        name = str(soil.rng.choice(names, p=weights / weights.sum()))
        change = MUTATIONS[name][0]
        terms = change(soil, terms, _any(soil, terms))
    return Tree(terms=tuple(terms))


def _with_main(soil: Soil, terms: Sequence[Term], _: int = 0) -> list[Term]:
    """The term whose turn it is in place of the heaviest one."""
    main = heaviest(terms)
    weight = round3(soil.turn.sign * max(1.0, abs(terms[main].weight)))
    new = Term(weight=weight, shapes=(new_shape(soil, soil.turn),))
    shape = new.shapes[0]
    others = [term for place, term in enumerate(terms) if place != main]
    return [new, *(term for term in others if (shape.kind, shape.channel) not in taken_by([term]))]


def _replaced(soil: Soil, terms: Sequence[Term], place: int) -> list[Term]:
    if place == heaviest(terms):
        return _with_main(soil, terms)
    return with_extra(soil, [term for other, term in enumerate(terms) if other != place])


def _dropped(soil: Soil, terms: Sequence[Term], place: int) -> list[Term]:
    if len(terms) == 1:
        return _moved(soil, terms, place)
    return [term for other, term in enumerate(terms) if other != place]


def _flipped(soil: Soil, terms: Sequence[Term], place: int) -> list[Term]:
    flippable = [shape.kind not in {"effort", "time", "alive"} for shape in terms[place].shapes]
    if not all(flippable):
        return _rescaled(soil, terms, place)
    return _at(terms, place, Term(weight=-terms[place].weight, shapes=terms[place].shapes))


def _rescaled(soil: Soil, terms: Sequence[Term], place: int) -> list[Term]:
    return _times(terms, place, float(np.exp(soil.rng.normal(0.0, 0.7))))


def _moved(soil: Soil, terms: Sequence[Term], place: int) -> list[Term]:
    shapes = list(terms[place].shapes)
    which = _any(soil, shapes)
    shapes[which] = moved(shapes[which], soil.policy.vocabulary, soil.rng)
    return _at(terms, place, Term(weight=terms[place].weight, shapes=tuple(shapes)))


def _rekinded(soil: Soil, terms: Sequence[Term], place: int) -> list[Term]:
    shapes = list(terms[place].shapes)
    which = _any(soil, shapes)
    taken = taken_by(terms)
    atom = drawn(soil, "main", lambda a: a.channel == shapes[which].channel and a[:2] not in taken)
    if atom is None or atom.kind not in SHAPED:
        return _rescaled(soil, terms, place)
    shapes[which] = new_shape(soil, atom)
    weight = abs(terms[place].weight) * (atom.sign if len(shapes) == 1 else 1)
    return _at(terms, place, Term(weight=weight, shapes=tuple(shapes)))


def _joined(soil: Soil, terms: Sequence[Term], place: int) -> list[Term]:
    """A sum of two terms turned into their product, a product into a sum, or a gate put in."""
    term = terms[place]
    first, rest = term.shapes[0], term.shapes[1:]
    if rest:
        parts = [Term(weight=term.weight, shapes=(first,))]
        parts += [Term(weight=round3(0.3 * abs(term.weight)), shapes=(s,)) for s in rest]
        kept = [other for at, other in enumerate(terms) if at != place]
        return merged([*parts, *kept])
    gates = [
        at
        for at, other in enumerate(terms)
        if at != place and other.weight > 0 and all(s.kind in GATES for s in other.shapes)
    ]
    if first.kind not in SHAPED:
        return _rescaled(soil, terms, place)
    if not gates:
        return _at(terms, place, gated(soil, term))
    gate = gates[_any(soil, gates)]
    product = Term(weight=term.weight, shapes=(*term.shapes, *terms[gate].shapes)[:MOST_SHAPES])
    joined = _at(terms, place, product)
    return [other for at, other in enumerate(joined) if at != gate]


def _any(soil: Soil, things: Sequence[object]) -> int:
    return int(soil.rng.integers(len(things)))


def _at(terms: Sequence[Term], place: int, term: Term) -> list[Term]:
    return [*terms[:place], term, *terms[place + 1 :]]


def _added(soil: Soil, terms: Sequence[Term], _: int) -> list[Term]:
    return with_extra(soil, terms)


def _softer(soil: Soil, terms: Sequence[Term], place: int) -> list[Term]:
    return _times(terms, place, 1.0 / _factor(soil))


def _louder(soil: Soil, terms: Sequence[Term], place: int) -> list[Term]:
    return _times(terms, place, _factor(soil))


def _factor(soil: Soil) -> float:
    return float(np.exp(soil.rng.uniform(*np.log(RESCALED))))


def _times(terms: Sequence[Term], place: int, factor: float) -> list[Term]:
    size = min(max(abs(terms[place].weight) * factor, 0.01), 10.0)
    weight = round3(float(np.sign(terms[place].weight)) * size)
    return _at(terms, place, Term(weight=weight, shapes=terms[place].shapes))


ADVISABLE: dict[str, Change] = {
    "smaller": _softer,
    "larger": _louder,
    "rewrite": _rekinded,
    "drop": _dropped,
}
MUTATIONS: dict[str, tuple[Change, float]] = {
    "add": (_added, 0.2),
    "drop": (_dropped, 0.15),
    "replace": (_replaced, 0.2),
    "flip": (_flipped, 0.07),
    "rescale": (_rescaled, 0.15),
    "move": (_moved, 0.13),
    "kind": (_rekinded, 0.1),
    "join": (_joined, 0.1),
}


def retuned(soil: Soil, tree: Tree) -> Tree:
    """The same terms with other numbers."""
    terms = list(tree.terms)
    for _ in range(len(terms) + 1):
        change = _rescaled if soil.rng.random() < 0.5 else _moved  # noqa: PLR2004
        terms = change(soil, terms, _any(soil, terms))
    return Tree(terms=tuple(terms))
