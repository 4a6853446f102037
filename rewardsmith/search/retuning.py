"""Retune: the numbers of a parent are fitted and raced in short trainings, without a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from rewardsmith import plan
from rewardsmith.analyzer import load_trajectories
from rewardsmith.language.constants import find_numbers, with_numbers
from rewardsmith.proposers import ProposalRequest
from rewardsmith.proposers.composer import tree_form
from rewardsmith.records import AnyEvent, Candidate, CandidateProposed, TrainReward
from rewardsmith.search.sitting import Sitting
from rewardsmith.search.trainings import train
from rewardsmith.tuning import (
    Evidence,
    Form,
    bank_evidence,
    family_of,
    fit_numbers,
    joined,
    trained_evidence,
)

FAMILY = 4
"""Variants of a parent's numbers that are raced."""
PART = 4
"""They train for this part of the steps: a whole family costs what one candidate costs."""
SEEN = 12
"""Trained candidates whose episodes are the evidence, the parent among them."""
PURPOSE = "retune"


@dataclass(frozen=True, slots=True)
class Family:
    """What one place of a generation may become."""

    request: ProposalRequest
    sources: tuple[str, ...]
    """The best fit first."""
    trees: tuple[dict[str, object] | None, ...]
    thought: str


def retune(sitting: Sitting, requests: Sequence[ProposalRequest]) -> Iterator[AnyEvent]:
    """Fill the places that are for retuning; one that cannot be filled is left to the proposer."""
    families = [f for f in (_family(sitting, request) for request in requests) if f is not None]
    variants = tuple(
        TrainReward(id=_variant(family, number), source=source)
        for family in families
        for number, source in enumerate(family.sources)
        if len(family.sources) > 1
    )
    if variants:
        job = f"g{families[0].request.generation:02d}-{PURPOSE}"
        seeds = plan.retuning_seeds(sitting.config)
        yield from train(sitting, job, PURPOSE, variants, seeds, part=PART)
    for family in families:
        yield sitting.record(CandidateProposed(candidate=_candidate(sitting, family)))


def untuned(request: ProposalRequest) -> ProposalRequest:
    """The request as a proposer takes it: one that could not be retuned is a mutation."""
    if request.operator != "retune":
        return request
    return msgspec.structs.replace(request, operator="mutate")


def _variant(family: Family, number: int) -> str:
    return f"{family.request.key}-v{number}"


def _family(sitting: Sitting, request: ProposalRequest) -> Family | None:
    """The parent's numbers fitted to all that was seen; None where nothing better is found."""
    parent = request.parents[0].candidate
    form, trees = form_of(parent, request)
    evidence = _evidence(sitting, parent, request.generation)
    fit = None if evidence is None else fit_numbers(form, evidence, sitting.shop.rewards)
    if fit is None or not fit.worthwhile:
        return None
    sources = tuple(s for s in family_of(fit, FAMILY) if s != parent.source)
    thought = (
        f"{parent.id} with other numbers: {len(fit.tried)} choices were compared by how well "
        f"returns follow fitness on recorded episodes (loss {fit.given:.3f}, now {fit.loss:.3f})."
    )
    return (
        Family(request, sources, tuple(trees.get(s) for s in sources), thought) if sources else None
    )


def form_of(
    parent: Candidate, request: ProposalRequest
) -> tuple[Form, dict[str, dict[str, object]]]:
    """The parent as a function of its numbers, and the trees behind sources that were rendered."""
    units = {row.name: row.unit for row in request.signals}
    tree = tree_form(parent.tree, units)
    if tree is None:
        numbers = find_numbers(parent.source)
        values = tuple(number.value for number in numbers)
        return Form(values, lambda v: with_numbers(parent.source, numbers, v)), {}
    trees: dict[str, dict[str, object]] = {}

    def render(values: Sequence[float]) -> str:
        source, data = tree.render(values)
        trees[source] = data
        return source

    return Form(tree.numbers, render), trees


def _evidence(sitting: Sitting, parent: Candidate, generation: int) -> Evidence | None:
    """The bank's episodes and those of trained candidates, with what the parent reads."""
    archive = sitting.archive
    signals = archive.verdicts[parent.id].signals
    ranking = [n for n in archive.ranking() if archive.candidates[n].generation < generation]
    parts = [bank_evidence(sitting.bank, signals)]
    fitness = sitting.environment.task.episode_fitness
    for name in seen_of(ranking, parent.id):
        arrays = load_trajectories(sitting.log.folder, archive.results[name, "selection"])
        own = name == parent.id
        parts.append(trained_evidence(arrays.values(), signals, fitness, own=own))
    return joined(parts)


def seen_of(ranking: Sequence[str], parent: str) -> tuple[str, ...]:
    """Whose episodes a retuning looks at: the parent's, and some spread over the ranking."""
    others = [name for name in ranking if name != parent]
    places = np.linspace(0, len(others) - 1, min(len(others), SEEN - 1)).round().astype(int)
    return (parent, *(others[place] for place in np.unique(places)))


def _candidate(sitting: Sitting, family: Family) -> Candidate:
    """The family's winner: the best fit, unless another beat it in the race."""
    request = family.request
    fitness = [
        sitting.fitness(_variant(family, number), PURPOSE) for number in range(len(family.sources))
    ]
    won = raced(fitness)
    return Candidate(
        id=request.key,
        source=family.sources[won],
        operator="retune",
        generation=request.generation,
        index=request.index,
        parents=(request.parents[0].candidate.id,),
        tree=family.trees[won],
        proposer="retune",
        thought=family.thought,
    )


def raced(fitness: Sequence[tuple[float, ...]]) -> int:
    """Which variant won: the first, unless the best beats it by more than a standard error.

    Short trainings are noisy, and the first is the best fit.  The error is that of a difference
    of means, from the deviation over seeds that all variants share; with one seed each it is not
    known, and the first wins.  A variant whose training failed is behind all others.
    """
    means = [float(np.mean(values)) if values else float("-inf") for values in fitness]
    best = means.index(max(means))
    if not fitness[0]:
        return best
    spreads = [float(np.var(values, ddof=1)) for values in fitness if len(values) > 1]
    if not spreads:
        return 0
    seeds = min(len(values) for values in fitness if values)
    error = float(np.sqrt(2.0 * np.mean(spreads) / seeds))
    return best if means[best] - means[0] > error else 0
