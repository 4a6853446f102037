"""The policy over atoms: a prior from words, and what the fitness of its proposals taught it.

The outer loop of DERL: the log-linear policy's gradient (REINFORCE) on the normalised ranks that
its proposals reach, with half the ranks as the baseline and a floor on exploration.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rewardsmith.proposers.composer.prior import COUNT_PRIOR, PRODUCT_PRIOR, prior_logits
from rewardsmith.proposers.composer.tree import Term, Tree
from rewardsmith.proposers.composer.vocabulary import Atom, Vocabulary
from rewardsmith.signals import Array

FLOOR = 0.1
"""Part of the choices that follow the flattened prior, whatever was learned."""
RATE = 1.0
STEPS = (0.3, 0.3, 0.5, 0.7)
"""Share of the rate that goes to channel, kind, (channel, kind) and (channel, kind, sign)."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One candidate's result; `score` None is a failure, `tree` None another's code."""

    tree: Tree | None
    generation: int
    score: float | None


@dataclass(frozen=True, slots=True)
class Policy:
    """How likely each atom is as a main term and as a further one, and how many of these."""

    vocabulary: Vocabulary
    main: Array
    """Prior logits of the atoms as main terms, (atoms,)."""
    extra: Array
    features: Array
    """Indices of each atom's four features, (atoms, 4)."""
    learned: Array
    """What was learned, (features,)."""
    count: Array
    """Logits of the number of further terms, from 0."""
    product: float
    """Logit of multiplying the main term by a gate."""
    tried: Array
    """How often each atom was a main term that reached no more than the middle rank, (atoms,)."""

    def probabilities(self, role: str) -> Array:
        """The choice probabilities of all atoms in that role, main or extra, (atoms,)."""
        prior = self.main if role == "main" else self.extra
        chosen = softmax(prior + self.learned[self.features].sum(axis=1))
        return (1.0 - FLOOR) * chosen + FLOOR * softmax(0.5 * prior)

    def counts(self) -> Array:
        """Probabilities of 0, 1, ... further terms."""
        return 0.9 * softmax(self.count) + 0.1 / len(self.count)


def softmax(logits: Array) -> Array:
    """Probabilities in proportion to exp(logits)."""
    weights = np.exp(logits - logits.max())
    return weights / weights.sum()


def prior_policy(vocabulary: Vocabulary) -> Policy:
    """The policy before anything was learned."""
    names: dict[tuple[object, ...], int] = {}
    rows = [
        [names.setdefault(feature, len(names)) for feature in _features(atom)]
        for atom in vocabulary.atoms
    ]
    return Policy(
        vocabulary=vocabulary,
        main=prior_logits(vocabulary, "main"),
        extra=prior_logits(vocabulary, "extra"),
        features=np.array(rows),
        learned=np.zeros(len(names)),
        count=np.log(COUNT_PRIOR),
        product=PRODUCT_PRIOR,
        tried=np.zeros(len(vocabulary.atoms)),
    )


def _features(atom: Atom) -> tuple[tuple[object, ...], ...]:
    channel, kind = atom.channel, atom.kind
    return (("channel", channel), ("kind", kind), (channel, kind), (channel, kind, atom.sign))


def learned_policy(
    vocabulary: Vocabulary, lessons: Sequence[Lesson], *, rate: float = RATE
) -> Policy:
    """The prior after all lessons, generation by generation: a pure function of them."""
    policy = prior_policy(vocabulary)
    for generation in sorted({lesson.generation for lesson in lessons}):
        known = [lesson for lesson in lessons if lesson.generation <= generation]
        ranks = advantages([lesson.score for lesson in known])
        current = [
            (lesson.tree, advantage)
            for lesson, advantage in zip(known, ranks, strict=True)
            if lesson.generation == generation and lesson.tree and vocabulary.speaks(lesson.tree)
        ]
        policy = _updated(policy, current, rate)
    return policy


def advantages(scores: Sequence[float | None]) -> list[float]:
    """Normalised ranks from -1 (the worst) to 1, ties shared, failures last; 0 for one alone."""
    values = np.array([-np.inf if score is None else score for score in scores])
    below = (values[:, None] > values[None, :]).sum(axis=1)
    above = (values[:, None] < values[None, :]).sum(axis=1)
    return [float(rank) for rank in (below - above) / max(len(values) - 1, 1)]


def _updated(policy: Policy, lessons: Sequence[tuple[Tree, float]], rate: float) -> Policy:
    """One step along the gradient of the expected advantage of these trees."""
    index = {atom: place for place, atom in enumerate(policy.vocabulary.atoms)}
    expected = {role: _expected_features(policy, role) for role in ("main", "extra")}
    steps = np.zeros_like(policy.learned)
    count, product, tried = policy.count.copy(), policy.product, policy.tried.copy()
    scale = np.zeros_like(policy.learned)
    for column, size in enumerate(STEPS):
        scale[policy.features[:, column]] = size
    for tree, advantage in lessons:
        for role, atom, share in atoms_of(tree):
            if atom not in index:
                continue
            steps -= advantage * share * expected[role]
            np.add.at(steps, policy.features[index[atom]], advantage * share)
            tried[index[atom]] += float(role == "main" and advantage <= 0)
        chosen = np.arange(len(count)) == min(len(tree.terms) - 1, len(count) - 1)
        count += 0.3 * rate * advantage * (chosen - softmax(policy.count))
        joined = float(any(len(term.shapes) > 1 for term in tree.terms))
        product += 0.3 * rate * advantage * (joined - 1.0 / (1.0 + np.exp(-policy.product)))
    learned = policy.learned + rate * scale * steps
    return replace(policy, learned=learned, count=count, product=float(product), tried=tried)


def _expected_features(policy: Policy, role: str) -> Array:
    probabilities = policy.probabilities(role)
    flat = policy.features.ravel()
    weights = np.repeat(probabilities, policy.features.shape[1])
    return np.bincount(flat, weights=weights, minlength=len(policy.learned))


def atoms_of(tree: Tree) -> Iterator[tuple[str, Atom, float]]:
    """Role, atom and share of the credit of every shape: its part of the weights."""
    total = sum(abs(term.weight) for term in tree.terms) or 1.0
    main = heaviest(tree.terms)
    for place, term in enumerate(tree.terms):
        role = "main" if place == main else "extra"
        share = abs(term.weight) / total / len(term.shapes)
        sign = 1 if term.weight >= 0 else -1
        for shape in term.shapes:
            yield role, Atom(shape.kind, shape.channel, sign), share


def heaviest(terms: Sequence[Term]) -> int:
    """The place of the term with the largest weight, the first of equals."""
    weights = [abs(term.weight) for term in terms]
    return weights.index(max(weights))
