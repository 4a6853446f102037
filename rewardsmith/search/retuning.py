"""Retune: the numbers of a parent are fitted and raced in short trainings, without a model.

In rounds: numbers are fitted to all episodes that were seen, the family of good fits trains for a
part of the steps, and what that led to is evidence for the next round, which begins at the winner.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from rewardsmith import plan
from rewardsmith.language.constants import find_numbers, with_numbers
from rewardsmith.proposers import ProposalRequest
from rewardsmith.proposers.composer import tree_form
from rewardsmith.records import (
    AnyEvent,
    Candidate,
    CandidateProposed,
    MemberResult,
    TrainResult,
    TrainReward,
)
from rewardsmith.search.seeing import evidence_before, tells
from rewardsmith.search.sitting import Sitting
from rewardsmith.search.trainings import train
from rewardsmith.tuning import Evidence, Form, family_of, fit_numbers, losses_of
from rewardsmith.tuning.fitting import Server

ROUNDS = 2
PART = 4
"""Variants train for this part of the steps, with one seed."""
PRICE = 2
"""All rounds together cost this part of what one candidate costs.

Fewer and longer races: after an eighth of a training (cart-pole, mountain car, pendulum) nearly
all stand alike, after a quarter those that will get far are ahead on the first two."""
PURPOSE = "retune"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one place of a generation may become: the families raced so far."""

    request: ProposalRequest
    form: Form
    trees: Mapping[str, dict[str, object]]
    families: tuple[tuple[Form, ...], ...] = ()
    thought: str = ""

    @property
    def parent(self) -> Candidate:
        """Whose numbers they are."""
        return self.request.parents[0].candidate

    def variants(self, *, last: bool = False) -> Mapping[str, Form]:
        """By the name under which each is trained: all, or those of the last round."""
        first = len(self.families) - 1 if last else 0
        return {
            f"{self.request.key}-v{number}-{place}": form
            for number, family in enumerate(self.families)
            for place, form in enumerate(family)
            if number >= first
        }


def retune(sitting: Sitting, requests: Sequence[ProposalRequest]) -> Iterator[AnyEvent]:
    """Fill the places that are for retuning; one that cannot be filled is left to the proposer.

    None is filled where what was trained shows that a good fit says nothing of the score.
    """
    if not requests or not tells(sitting, requests[0].generation):
        return
    attempts = [_begun(request) for request in requests]
    for number in range(ROUNDS):
        attempts = [a for a in (_next_round(sitting, a) for a in attempts) if a is not None]
        variants = tuple(
            TrainReward(id=name, source=form.source)
            for attempt in attempts
            for name, form in attempt.variants(last=True).items()
        )
        if variants:
            job = f"g{attempts[0].request.generation:02d}-{PURPOSE}"
            job += f"-{number + 1}" if number else ""
            seeds = plan.retuning_seeds(sitting.config)[:1]
            yield from train(sitting, job, PURPOSE, variants, seeds, part=PART)
    for attempt in attempts:
        yield sitting.record(CandidateProposed(candidate=_candidate(sitting, attempt)))


def untuned(request: ProposalRequest) -> ProposalRequest:
    """The request as a proposer takes it: one that could not be retuned is a mutation."""
    if request.operator != "retune":
        return request
    return msgspec.structs.replace(request, operator="mutate")


def family_size(seeds: int) -> int:
    """How many variants a round may have so that all rounds cost half of what a candidate does."""
    return max(1, PART * seeds // (ROUNDS * PRICE))


def winner_of(
    sources: Mapping[str, str],
    results: Mapping[str, TrainResult],
    evidence: Evidence,
    server: Server,
) -> str:
    """The name of the variant that won its race; of equal ones the first.

    Short trainings with one seed are noisy, and where they are too short to reach anything they
    say nothing: a hundredth of the range of fitness counts as much as a hundredth of the loss of
    the fit to all that was seen, the races' own episodes included.
    """
    span = max(float(np.ptp(evidence.fitness)), 1e-12)
    losses = losses_of(tuple(sources.values()), evidence, server)
    worth = {
        name: standing_of(results[name]) / span - loss if name in results else float("-inf")
        for name, loss in zip(sources, losses, strict=True)
    }
    return max(worth, key=worth.__getitem__)


def standing_of(result: TrainResult) -> float:
    """What a short training shows: its last evaluation, and its episodes in the later half.

    Both say how far it came, each with noise of its own.  One that failed stands behind all.
    """
    if result.failure is not None or not result.fitness:
        return float("-inf")
    later = [value for member in result.members for value in _later(member)]
    last = float(np.mean(result.fitness))
    return last if not later else 0.5 * (last + float(np.mean(later)))


def _later(member: MemberResult) -> list[float]:
    curve = member.curve_fitness[len(member.curve_fitness) // 2 :]
    return [value for value in curve if value is not None]


def form_of(
    parent: Candidate, request: ProposalRequest
) -> tuple[Form, dict[str, dict[str, object]]]:
    """The parent as a function of its numbers, and the trees behind sources that were rendered."""
    units = {row.name: row.unit for row in request.signals}
    tree = tree_form(parent.tree, units)
    if tree is None:
        return source_form(parent.source), {}
    trees: dict[str, dict[str, object]] = {}

    def render(values: Sequence[float]) -> str:
        source, data = tree.render(values)
        trees[source] = data
        return source

    return Form(tree.numbers, render), trees


def source_form(source: str) -> Form:
    """Code as a function of its numbers."""
    numbers = find_numbers(source)
    return Form(
        tuple(number.value for number in numbers), lambda v: with_numbers(source, numbers, v)
    )


def _begun(request: ProposalRequest) -> Attempt:
    form, trees = form_of(request.parents[0].candidate, request)
    return Attempt(request, form, trees)


def _next_round(sitting: Sitting, attempt: Attempt) -> Attempt | None:
    """With one family more; None where nothing better than the parent is found."""
    raced = attempt.variants()
    evidence = _evidence(sitting, attempt)
    if evidence is None:
        return None
    form = raced[_winner(sitting, attempt, evidence)] if raced else attempt.form
    known = (attempt.parent.source, *(form.source for form in raced.values()))
    size = family_size(sitting.config.seeds)
    fit = fit_numbers(form, evidence, sitting.shop.rewards)
    family = () if fit is None else family_of(fit, size, known)
    thought = attempt.thought
    if not raced:
        if fit is None or not fit.worthwhile or not family:
            return None
        thought = (
            f"{attempt.parent.id} with other numbers: {len(fit.tried)} choices were compared by "
            f"how well returns follow fitness on recorded episodes (loss {fit.given:.3f}, now "
            f"{fit.loss:.3f})."
        )
    return replace(attempt, families=(*attempt.families, family), thought=thought)


def _evidence(sitting: Sitting, attempt: Attempt) -> Evidence | None:
    """What was seen before this generation, and what the variants did."""
    parent, generation = attempt.parent.id, attempt.request.generation
    signals = sitting.archive.verdicts[parent].signals
    raced = [(name, PURPOSE) for name in attempt.variants()]
    return evidence_before(sitting, generation, signals, (parent,), raced)


def _winner(sitting: Sitting, attempt: Attempt, evidence: Evidence) -> str:
    sources = {name: form.source for name, form in attempt.variants().items()}
    known = sitting.archive.results
    results = {name: known[name, PURPOSE] for name in sources if (name, PURPOSE) in known}
    return winner_of(sources, results, evidence, sitting.shop.rewards)


def _candidate(sitting: Sitting, attempt: Attempt) -> Candidate:
    """The winner of all rounds."""
    request, evidence = attempt.request, _evidence(sitting, attempt)
    variants = attempt.variants()
    won = next(iter(variants)) if evidence is None else _winner(sitting, attempt, evidence)
    source = variants[won].source
    return Candidate(
        id=request.key,
        source=source,
        operator="retune",
        generation=request.generation,
        index=request.index,
        parents=(attempt.parent.id,),
        tree=attempt.trees.get(source),
        proposer="retune",
        thought=attempt.thought,
    )
