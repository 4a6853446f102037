"""The composer: proposes rewards without a model, as trees of terms, and learns from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from rewardsmith.proposers import Emit, ParentView, Proposal, ProposalRequest
from rewardsmith.proposers.composer.growing import Soil, crossed, planned_mains, planted
from rewardsmith.proposers.composer.mutating import mutated, retuned
from rewardsmith.proposers.composer.policy import RATE, Lesson, Policy, learned_policy
from rewardsmith.proposers.composer.retuning import TreeForm, retune_source, tree_form
from rewardsmith.proposers.composer.tree import Tree, fingerprint, tree_from_json, tree_to_json
from rewardsmith.proposers.composer.vocabulary import Atom, vocabulary_of
from rewardsmith.proposers.composer.writing import component_names, write
from rewardsmith.records import Candidate

__all__ = ["Composer", "TreeForm", "tree_form"]

CHILDREN = ("initial", "mutate", "crossover")
"""What is made of no parent, of one, and of two."""
TRIES = 12
"""How often a tree that was seen before is grown again, in the hope of another."""


@dataclass(slots=True)
class Composer:
    """Proposes weighted sums and products of shaped terms; a LearningProposer.

    Everything follows from `seed` (the run's), the requests, and the calls of `learn` in their
    order, so that a resumed run that repeats the calls proposes the same.  `rate` 0 turns the
    learning off.
    """

    seed: int = 0
    rate: float = RATE
    _lessons: list[Lesson] = field(default_factory=list[Lesson])
    _known: tuple[object, Policy] | None = None
    """The policy of the last request, with what it was worked out from."""

    @property
    def name(self) -> str:
        """The proposer's name in candidates and events."""
        return "composer"

    def learn(self, candidate: Candidate, score: float | None) -> None:
        """Remember what a candidate reached; None where its training failed."""
        tree = tree_from_json(candidate.tree)
        self._lessons.append(Lesson(tree, candidate.generation, score))

    def propose(
        self, requests: Sequence[ProposalRequest], emit: Emit
    ) -> Iterator[tuple[str, Proposal]]:
        """One (key, proposal) for each request, in their order; no completions."""
        del emit
        for request in requests:
            yield request.key, self._proposal(request)

    def policy(self, request: ProposalRequest) -> Policy:
        """The choice probabilities for such a request, after all that was learned."""
        key = (request.words, request.signals, request.action, len(self._lessons))
        if self._known is None or self._known[0] != key:
            policy = learned_policy(vocabulary_of(request), self._lessons, rate=self.rate)
            self._known = (key, policy)
        return self._known[1]

    def _proposal(self, request: ProposalRequest) -> Proposal:
        policy = self.policy(request)
        soil = Soil(policy, np.random.default_rng(request.seed), self._turn(policy, request))
        parents = [
            (parent, tree)
            for parent in request.parents
            if (tree := tree_from_json(parent.candidate.tree)) is not None
            and policy.vocabulary.speaks(tree)
        ]
        if _operator(request) != "initial":
            if parents:
                return self._offspring(request, soil, parents)
            if request.parents and (other := _with_other_numbers(request, soil)):
                return other
        tree = self._unseen(lambda: planted(soil), [])
        return _written(request, tree, "initial", [parent for parent, _ in parents])

    def _turn(self, policy: Policy, request: ProposalRequest) -> Atom:
        """The main term that the generation's plan gives to this index."""
        if request.operator == "repair":
            return planned_mains(policy, 1, 1, np.random.default_rng([request.seed, 1]))[0]
        rng = np.random.default_rng([self.seed, request.generation])
        return planned_mains(policy, request.index + 1, request.generation, rng)[-1]

    def _offspring(
        self, request: ProposalRequest, soil: Soil, parents: Sequence[tuple[ParentView, Tree]]
    ) -> Proposal:
        """A child of the parents that are trees: crossed where there are two, else changed."""
        trees = [tree for _, tree in parents]
        operator = _operator(request)
        if operator == "crossover" and len(trees) > 1:
            used = parents[:2]
            tree = self._unseen(lambda: crossed(soil, trees[0], trees[1]), trees)
            if fingerprint(tree) not in {fingerprint(tree) for tree in trees}:
                return _written(request, tree, operator, [parent for parent, _ in used])
        parent = parents[0][0]
        if operator == "retune":
            tree = self._unseen(lambda: retuned(soil, trees[0]), trees)
            return _written(request, tree, operator, [parent])
        hopeless, actions = self._hopeless(parent.fitness), _actions(*parents[0])
        tree = self._unseen(
            lambda: mutated(soil, trees[0], hopeless=hopeless, actions=actions), trees
        )
        return _written(request, tree, "mutate", [parent])

    def _hopeless(self, fitness: float | None) -> bool:
        """Whether nothing that was learned of is worse."""
        if fitness is None:
            return True
        return not any(lesson.score is None or lesson.score < fitness for lesson in self._lessons)

    def _unseen(self, grow: Callable[[], Tree], others: Sequence[Tree]) -> Tree:
        """A tree that was neither learned of nor is one of the others, where one is found."""
        seen = {fingerprint(lesson.tree) for lesson in self._lessons if lesson.tree is not None}
        seen |= {fingerprint(tree) for tree in others}
        tree = grow()
        for _ in range(TRIES):
            if fingerprint(tree) not in seen:
                break
            tree = grow()
        return tree


def _operator(request: ProposalRequest) -> str:
    """How the proposal is to come to be; a repair as what it repairs did: a child stays one."""
    if request.operator != "repair":
        return request.operator
    return CHILDREN[min(len(request.parents), 2)]


def _actions(parent: ParentView, tree: Tree) -> dict[int, str]:
    """What the parent's numbers ask for, by term."""
    return {place: parent.actions.get(name, "") for place, name in enumerate(component_names(tree))}


def _with_other_numbers(request: ProposalRequest, soil: Soil) -> Proposal | None:
    """Another's code with random other numbers; None where it holds none.

    A mutation unless retuning was asked for: nothing was fitted, and what comes of it says nothing
    of what retuning pays.
    """
    parent = request.parents[0]
    source = retune_source(parent.candidate.source, soil.rng)
    if source is None:
        return None
    return Proposal(
        source=source,
        thought=f"{parent.candidate.id} with other numbers.",
        operator=request.operator if request.operator in {"retune", "repair"} else "mutate",
        parents=(parent.candidate.id,),
    )


def _written(
    request: ProposalRequest, tree: Tree, operator: str, parents: Sequence[ParentView]
) -> Proposal:
    source, thought = write(tree, {row.name: row.unit for row in request.signals})
    return Proposal(
        source=source,
        thought=thought,
        operator="repair" if request.operator == "repair" else operator,
        parents=tuple(parent.candidate.id for parent in parents),
        tree=tree_to_json(tree),
    )
