"""A synthetic search with a known best, and requests for it and for bundled environments."""

import numpy as np

from rewardsmith.environments import load_environment
from rewardsmith.proposers import ActionRow, ParentView, Proposal, ProposalRequest, SignalRow
from rewardsmith.proposers.composer import Composer
from rewardsmith.proposers.composer.policy import atoms_of, heaviest
from rewardsmith.proposers.composer.tree import Tree, tree_from_json
from rewardsmith.proposers.composer.vocabulary import Atom
from rewardsmith.records import Candidate

SIGNALS = (
    SignalRow(name="amber", sentence="amber", unit="m", low=-2.0, high=2.0),
    SignalRow(name="birch", sentence="birch", low=0.0, high=8.0),
    SignalRow(name="cedar", sentence="cedar", unit="rad", low=-0.5, high=3.0),
    SignalRow(name="dune", sentence="dune", low=-0.001, high=0.004),
    SignalRow(name="ember", sentence="ember", shape=(3,), low=-1.0, high=1.0),
)
ACTION = ActionRow(shape=(2,), low=(-1.0, -1.0), high=(1.0, 1.0))
BEST = Atom("linear", ("dune", None, False), -1)
"""What the synthetic score rewards most: nothing in the words hints at it."""


def request(
    index: int = 0,
    *,
    generation: int = 0,
    operator: str = "initial",
    seed: int = 0,
    parents: tuple[Candidate, ...] = (),
    words: str = "Do it.",
    signals: tuple[SignalRow, ...] = SIGNALS,
    action: ActionRow = ACTION,
) -> ProposalRequest:
    """One request as the loop makes it."""
    return ProposalRequest(
        key=f"g{generation:02d}-c{index:02d}",
        operator=operator,
        generation=generation,
        index=index,
        seed=int(np.random.default_rng([seed, generation, index]).integers(2**31)),
        words=words,
        signals=signals,
        action=action,
        parents=tuple(ParentView(candidate=parent) for parent in parents),
    )


def propose(composer: Composer, requests: list[ProposalRequest]) -> list[Proposal]:
    """The proposals in the requests' order; the composer emits no completion."""
    emitted: list[object] = []
    answers = list(composer.propose(requests, lambda *answer: emitted.append(answer)))
    assert [key for key, _ in answers] == [r.key for r in requests]
    assert emitted == []
    return [proposal for _, proposal in answers]


def candidate(proposal: Proposal, asked: ProposalRequest) -> Candidate:
    """The candidate that the loop makes of a proposal."""
    return Candidate(
        id=asked.key,
        source=proposal.source,
        operator=proposal.operator,
        generation=asked.generation,
        index=asked.index,
        parents=proposal.parents,
        tree=proposal.tree,
        proposer="composer",
    )


def true_score(tree: Tree) -> float:
    """1 for the best main term alone; parts of it count a little; further terms cost a little."""
    main = heaviest(tree.terms)
    shapes = tree.terms[main].shapes
    sign = 1 if tree.terms[main].weight >= 0 else -1
    score = 0.2 * any(s.signal == "dune" for s in shapes) + 0.1 * (shapes[0].kind == "linear")
    if any(Atom(s.kind, s.channel, sign) == BEST for s in shapes):
        score += 0.7
    effort = any(atom.kind == "effort" for _, atom, _ in atoms_of(tree))
    return score + 0.2 * effort - 0.05 * len(tree.terms)


def search(seed: int, *, rate: float, generations: int, noise: float) -> tuple[Composer, list]:
    """A composer after so many generations of eight first proposals, and all true scores."""
    composer = Composer(seed=seed, rate=rate)
    rng = np.random.default_rng([seed, 99])
    scores: list[list[float]] = []
    for generation in range(generations):
        asked = [request(i, generation=generation, seed=seed) for i in range(8)]
        found = [candidate(p, r) for p, r in zip(propose(composer, asked), asked, strict=True)]
        true = [true_score(tree) for c in found if (tree := tree_from_json(c.tree))]
        for one, score in zip(found, true, strict=True):
            composer.learn(one, score + noise * float(rng.normal()))
        scores.append(true)
    return composer, scores


def mass_on_best(composer: Composer) -> float:
    """The policy's probability of the best main term."""
    policy = composer.policy(request())
    return float(policy.probabilities("main")[policy.vocabulary.atoms.index(BEST)])


def environment_request(name, index=0, seed=0):
    """A first request for a bundled environment; unknown ranges as a robot's would be."""
    environment = load_environment(name)
    rows = tuple(
        SignalRow(
            name=signal.name,
            sentence=signal.description,
            unit=signal.unit,
            shape=signal.shape,
            low=-2.0 if signal.low is None else signal.low,
            high=4.0 if signal.high is None else signal.high,
        )
        for signal in environment.signals
    )
    discrete = name in {"mountain-car", "cartpole"}
    action = ActionRow(count=3) if discrete else ActionRow(shape=(3,), low=(-1.0,), high=(1.0,))
    words = environment.task.words
    return request(index, seed=seed, words=words, signals=rows, action=action)
