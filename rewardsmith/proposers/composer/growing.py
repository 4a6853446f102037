"""Trees are born and crossed; every choice is the policy's and the rng's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rewardsmith.language.constants import round3
from rewardsmith.proposers.composer.policy import Policy
from rewardsmith.proposers.composer.shaping import shape_of
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
    main = Term(weight=float(soil.turn.sign), shapes=(new_shape(soil, soil.turn),))
    if soil.turn.kind in SHAPED and rng.random() < 1.0 / (1.0 + np.exp(-policy.product)):
        main = gated(soil, main)
    terms = [main]
    for _ in range(int(rng.choice(len(policy.count), p=policy.counts()))):
        terms = with_extra(soil, terms)
    return Tree(terms=tuple(terms))


def new_shape(soil: Soil, atom: Atom) -> Shape:
    """The atom as a shape with numbers of its own."""
    return shape_of(atom, soil.policy.vocabulary, soil.rng)


def gated(soil: Soil, term: Term) -> Term:
    """The term multiplied by a gate on another channel, where there is one."""
    taken = {shape.channel for shape in term.shapes}
    gate = drawn(
        soil, "extra", lambda a: a.kind in GATES[:3] and a.sign > 0 and a.channel not in taken
    )
    if gate is None or len(term.shapes) >= MOST_SHAPES:
        return term
    return Term(weight=term.weight, shapes=(*term.shapes, new_shape(soil, gate)))


def with_extra(soil: Soil, terms: Sequence[Term]) -> list[Term]:
    """The terms and one more of another kind or channel."""
    taken = taken_by(terms)
    channels = {channel for _, channel in taken if channel[0]}
    atom = drawn(
        soil,
        "extra",
        lambda a: 0.0 if a[:2] in taken else REPEATED if a.channel in channels else 1.0,
    )
    if atom is None or len(terms) >= MOST_TERMS:
        return list(terms)
    low, high = np.log(EXTRA_WEIGHTS)
    weight = atom.sign * float(np.exp(soil.rng.uniform(low, high)))
    return [*terms, Term(weight=round3(weight), shapes=(new_shape(soil, atom),))]


def taken_by(terms: Sequence[Term]) -> set[tuple[str, tuple[str, int | None, bool]]]:
    """What another term may not be: the shapes of these, and time beside alive."""
    taken = {(shape.kind, shape.channel) for term in terms for shape in term.shapes}
    if {"time", "alive"} & {kind for kind, _ in taken}:
        taken |= {("time", NO_CHANNEL), ("alive", NO_CHANNEL)}
    return taken


def drawn(soil: Soil, role: str, allowed: Callable[[Atom], float]) -> Atom | None:
    """An atom as the policy likes it in that role, times `allowed`; None where that is nothing."""
    atoms = soil.policy.vocabulary.atoms
    mask = np.array([allowed(atom) for atom in atoms])
    weights = soil.policy.probabilities(role) * mask
    if not weights.sum() > 0:
        return None
    return atoms[int(soil.rng.choice(len(atoms), p=weights / weights.sum()))]


# ---------------------------------------------------------------- crossover


def crossed(soil: Soil, first: Tree, second: Tree) -> Tree:
    """Some terms of each parent, at least one; equal ones once."""
    parts: list[Term] = []
    for tree in (first, second):
        kept = soil.rng.random(len(tree.terms)) < 0.6  # noqa: PLR2004  a little more than half
        kept[soil.rng.integers(len(kept))] = True
        parts += [term for term, keep in zip(tree.terms, kept, strict=True) if keep]
    return Tree(terms=tuple(merged(parts)))


def merged(terms: Sequence[Term]) -> list[Term]:
    """The terms without those that repeat another's shapes, at most MOST_TERMS."""
    kept: list[Term] = []
    for term in terms:
        if not any((s.kind, s.channel) in taken_by(kept) for s in term.shapes):
            kept.append(term)
    return kept[:MOST_TERMS]
