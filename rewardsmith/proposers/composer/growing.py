"""Trees are born, mutated, crossed and retuned; every choice is the policy's and the rng's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rewardsmith.language.constants import round3
from rewardsmith.proposers.composer.policy import Policy, heaviest
from rewardsmith.proposers.composer.shaping import moved, shape_of
from rewardsmith.proposers.composer.tree import (
    FAMILIES,
    GATES,
    MOST_SHAPES,
    MOST_TERMS,
    SHAPED,
    Shape,
    Term,
    Tree,
)
from rewardsmith.proposers.composer.vocabulary import NO_CHANNEL, Atom
from rewardsmith.signals import Array

EXTRA_WEIGHTS = (0.05, 0.25)
"""Further terms stay below the main one, so that what it asks for is what is tried."""
USED_FAMILY, USED_KIND, USED_CHANNEL, TRIED = 1.0, 0.5, 0.8, 1.5
"""What a family, a kind, a channel and a failed atom lose for each earlier use, in the plan."""
SMALL_SHARE = 0.04
"""A family of kinds that is less likely than this need not come in the first generation."""
LATE, SAME = 1e3, 1e6
"""So much that a missing family comes first, and an equal main term last."""
FIRST_GUESS = 0.25
"""How much chance has a say in the very first main term, beside 1 in all others."""
REPEATED = 0.15
"""How much rarer a further term reads a channel that another term reads already."""


@dataclass(frozen=True, slots=True)
class Soil:
    """What a tree grows from: a policy, a generator, and the main term that is its turn."""

    policy: Policy
    rng: np.random.Generator
    turn: Atom


def planned_mains(
    policy: Policy, count: int, generation: int, rng: np.random.Generator
) -> list[Atom]:
    """The main terms of a generation in the order of its indices, spread over what there is.

    The first `n` do not depend on `count`.  In the first generation every family that is not
    out of the question comes once before any comes twice, and no (kind, channel) comes twice
    while another is left; later ones may repeat what was learned to be good.
    """
    atoms = policy.vocabulary.atoms
    probabilities = policy.probabilities("main")
    logits = np.log(probabilities) - TRIED * policy.tried
    families = np.array([FAMILIES[atom.kind] for atom in atoms])
    missing = _strata(families, probabilities) if generation == 0 else set[str]()
    strength = 1.0 if generation == 0 else 0.5
    chosen: list[Atom] = []
    for turn in range(min(count, len(atoms))):
        chance = rng.gumbel(size=len(atoms)) * (FIRST_GUESS if turn == generation == 0 else 1.0)
        late = LATE * ~np.isin(families, sorted(missing)) if missing else 0.0
        place = int(np.argmax(logits - late + chance))
        chosen.append(atoms[place])
        missing.discard(FAMILIES[atoms[place].kind])
        same = np.array([atom[:2] == atoms[place][:2] for atom in atoms])
        logits = logits - strength * _alike(atoms, atoms[place]) - same * (generation == 0) * SAME
    return chosen


def _strata(families: Array, probabilities: Array) -> set[str]:
    """The families that main terms come from often enough to be tried once for certain."""
    names = sorted(set(FAMILIES.values()))
    return {name for name in names if probabilities[families == name].sum() >= SMALL_SHARE}


def _alike(atoms: Sequence[Atom], chosen: Atom) -> Array:
    """What each atom loses because that one was chosen, (atoms,)."""
    kinds = np.array([atom.kind == chosen.kind for atom in atoms])
    families = np.array([FAMILIES[atom.kind] == FAMILIES[chosen.kind] for atom in atoms])
    channels = np.array([atom.channel == chosen.channel != NO_CHANNEL for atom in atoms])
    return USED_FAMILY * families + USED_KIND * kinds + USED_CHANNEL * channels


def planted(soil: Soil) -> Tree:
    """A new tree around the main term whose turn it is."""
    rng, policy = soil.rng, soil.policy
    main = Term(weight=float(soil.turn.sign), shapes=(_shape(soil, soil.turn),))
    if soil.turn.kind in SHAPED and rng.random() < 1.0 / (1.0 + np.exp(-policy.product)):
        main = _gated(soil, main)
    terms = [main]
    for _ in range(int(rng.choice(len(policy.count), p=policy.counts()))):
        terms = _with_extra(soil, terms)
    return Tree(terms=tuple(terms))


def _shape(soil: Soil, atom: Atom) -> Shape:
    return shape_of(atom, soil.policy.vocabulary, soil.rng)


def _gated(soil: Soil, term: Term) -> Term:
    """The term multiplied by a gate on another channel, where there is one."""
    taken = {shape.channel for shape in term.shapes}
    gate = _drawn(
        soil, "extra", lambda a: a.kind in GATES[:3] and a.sign > 0 and a.channel not in taken
    )
    if gate is None or len(term.shapes) >= MOST_SHAPES:
        return term
    return Term(weight=term.weight, shapes=(*term.shapes, _shape(soil, gate)))


def _with_extra(soil: Soil, terms: Sequence[Term]) -> list[Term]:
    """The terms and one more of another kind or channel."""
    taken = _taken(terms)
    channels = {channel for _, channel in taken if channel[0]}
    atom = _drawn(
        soil,
        "extra",
        lambda a: 0.0 if a[:2] in taken else REPEATED if a.channel in channels else 1.0,
    )
    if atom is None or len(terms) >= MOST_TERMS:
        return list(terms)
    low, high = np.log(EXTRA_WEIGHTS)
    weight = atom.sign * float(np.exp(soil.rng.uniform(low, high)))
    return [*terms, Term(weight=round3(weight), shapes=(_shape(soil, atom),))]


def _taken(terms: Sequence[Term]) -> set[tuple[str, tuple[str, int | None, bool]]]:
    """What another term may not be: the shapes of these, and time beside alive."""
    taken = {(shape.kind, shape.channel) for term in terms for shape in term.shapes}
    if {"time", "alive"} & {kind for kind, _ in taken}:
        taken |= {("time", NO_CHANNEL), ("alive", NO_CHANNEL)}
    return taken


def _drawn(soil: Soil, role: str, allowed: Callable[[Atom], float]) -> Atom | None:
    atoms = soil.policy.vocabulary.atoms
    mask = np.array([allowed(atom) for atom in atoms])
    weights = soil.policy.probabilities(role) * mask
    if not weights.sum() > 0:
        return None
    return atoms[int(soil.rng.choice(len(atoms), p=weights / weights.sum()))]


# ---------------------------------------------------------------- mutation


def mutated(soil: Soil, tree: Tree, *, hopeless: bool) -> Tree:
    """The tree with one to three changes; a hopeless one mostly gets another main term."""
    terms = list(tree.terms)
    if hopeless and soil.rng.random() < 0.8:  # noqa: PLR2004  no use in polishing a failure
        main, *others = _with_main(soil, terms)
        kept = [term for term in others if soil.rng.random() < 0.2]  # noqa: PLR2004
        return Tree(terms=(main, *kept))
    names, weights = list(MUTATIONS), np.array([share for _, share in MUTATIONS.values()])
    for _ in range(min(3, int(soil.rng.geometric(0.6)))):
        name = str(soil.rng.choice(names, p=weights / weights.sum()))
        terms = MUTATIONS[name][0](soil, terms)
    return Tree(terms=tuple(terms))


def _with_main(soil: Soil, terms: Sequence[Term]) -> list[Term]:
    """The term whose turn it is in place of the heaviest one."""
    main = heaviest(terms)
    weight = round3(soil.turn.sign * max(1.0, abs(terms[main].weight)))
    new = Term(weight=weight, shapes=(_shape(soil, soil.turn),))
    shape = new.shapes[0]
    others = [term for place, term in enumerate(terms) if place != main]
    return [new, *(term for term in others if (shape.kind, shape.channel) not in _taken([term]))]


def _replaced(soil: Soil, terms: Sequence[Term]) -> list[Term]:
    place = _any(soil, terms)
    if place == heaviest(terms):
        return _with_main(soil, terms)
    return _with_extra(soil, [term for other, term in enumerate(terms) if other != place])


def _dropped(soil: Soil, terms: Sequence[Term]) -> list[Term]:
    if len(terms) == 1:
        return _moved(soil, terms)
    place = _any(soil, terms)
    return [term for other, term in enumerate(terms) if other != place]


def _flipped(soil: Soil, terms: Sequence[Term]) -> list[Term]:
    place = _any(soil, terms)
    flippable = [shape.kind not in {"effort", "time", "alive"} for shape in terms[place].shapes]
    if not all(flippable):
        return _rescaled(soil, terms)
    return _at(terms, place, Term(weight=-terms[place].weight, shapes=terms[place].shapes))


def _rescaled(soil: Soil, terms: Sequence[Term]) -> list[Term]:
    place = _any(soil, terms)
    size = abs(terms[place].weight) * float(np.exp(soil.rng.normal(0.0, 0.7)))
    weight = round3(float(np.sign(terms[place].weight)) * min(max(size, 0.01), 10.0))
    return _at(terms, place, Term(weight=weight, shapes=terms[place].shapes))


def _moved(soil: Soil, terms: Sequence[Term]) -> list[Term]:
    place = _any(soil, terms)
    shapes = list(terms[place].shapes)
    which = _any(soil, shapes)
    shapes[which] = moved(shapes[which], soil.policy.vocabulary, soil.rng)
    return _at(terms, place, Term(weight=terms[place].weight, shapes=tuple(shapes)))


def _rekinded(soil: Soil, terms: Sequence[Term]) -> list[Term]:
    place = _any(soil, terms)
    shapes = list(terms[place].shapes)
    which = _any(soil, shapes)
    taken = _taken(terms)
    atom = _drawn(soil, "main", lambda a: a.channel == shapes[which].channel and a[:2] not in taken)
    if atom is None or atom.kind not in SHAPED:
        return _rescaled(soil, terms)
    shapes[which] = _shape(soil, atom)
    weight = abs(terms[place].weight) * (atom.sign if len(shapes) == 1 else 1)
    return _at(terms, place, Term(weight=weight, shapes=tuple(shapes)))


def _joined(soil: Soil, terms: Sequence[Term]) -> list[Term]:
    """A sum of two terms turned into their product, a product into a sum, or a gate put in."""
    place = _any(soil, terms)
    term = terms[place]
    first, rest = term.shapes[0], term.shapes[1:]
    if rest:
        parts = [Term(weight=term.weight, shapes=(first,))]
        parts += [Term(weight=round3(0.3 * abs(term.weight)), shapes=(s,)) for s in rest]
        kept = [other for at, other in enumerate(terms) if at != place]
        return _merged([*parts, *kept])
    gates = [
        at
        for at, other in enumerate(terms)
        if at != place and other.weight > 0 and all(s.kind in GATES for s in other.shapes)
    ]
    if first.kind not in SHAPED:
        return _rescaled(soil, terms)
    if not gates:
        return _at(terms, place, _gated(soil, term))
    gate = gates[_any(soil, gates)]
    product = Term(weight=term.weight, shapes=(*term.shapes, *terms[gate].shapes)[:MOST_SHAPES])
    joined = _at(terms, place, product)
    return [other for at, other in enumerate(joined) if at != gate]


def _any(soil: Soil, things: Sequence[object]) -> int:
    return int(soil.rng.integers(len(things)))


def _at(terms: Sequence[Term], place: int, term: Term) -> list[Term]:
    return [*terms[:place], term, *terms[place + 1 :]]


MUTATIONS: dict[str, tuple[Callable[[Soil, Sequence[Term]], list[Term]], float]] = {
    "add": (_with_extra, 0.2),
    "drop": (_dropped, 0.15),
    "replace": (_replaced, 0.2),
    "flip": (_flipped, 0.07),
    "rescale": (_rescaled, 0.15),
    "move": (_moved, 0.13),
    "kind": (_rekinded, 0.1),
    "join": (_joined, 0.1),
}


# ---------------------------------------------------------------- crossover, retune


def crossed(soil: Soil, first: Tree, second: Tree) -> Tree:
    """Some terms of each parent, at least one; equal ones once."""
    parts: list[Term] = []
    for tree in (first, second):
        kept = soil.rng.random(len(tree.terms)) < 0.6  # noqa: PLR2004  a little more than half
        kept[soil.rng.integers(len(kept))] = True
        parts += [term for term, keep in zip(tree.terms, kept, strict=True) if keep]
    return Tree(terms=tuple(_merged(parts)))


def _merged(terms: Sequence[Term]) -> list[Term]:
    """The terms without those that repeat another's shapes, at most MOST_TERMS."""
    kept: list[Term] = []
    for term in terms:
        if not any((s.kind, s.channel) in _taken(kept) for s in term.shapes):
            kept.append(term)
    return kept[:MOST_TERMS]


def retuned(soil: Soil, tree: Tree) -> Tree:
    """The same terms with other numbers."""
    terms = list(tree.terms)
    for _ in range(len(terms) + 1):
        terms = (_rescaled if soil.rng.random() < 0.5 else _moved)(soil, terms)  # noqa: PLR2004
    return Tree(terms=tuple(terms))
