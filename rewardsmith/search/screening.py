"""Screening: of several proposals that cost nothing to write, one that fits what policies did.

How well a reward's returns follow the fitness of recorded episodes says much of what training with
it reaches, and costs a thousandth of it.  Of 12 first proposals each for mountain car, cart-pole
with a target and pendulum the half with the smaller loss reached 2.2, 2.6 and 3.7 times what the
other half did (results/search_pilot.md of the benchmarks).  The one that fits best of all is not
taken: it may repeat what fitness pays for at the goal and lead nobody there; of six first proposals
for mountain car that were chosen so, five reached nothing.  A model's answers are all tried: each
was paid for.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from rewardsmith.proposers import LearningProposer, ProposalRequest
from rewardsmith.records import Completion, Message
from rewardsmith.search.seeing import evidence_before, signals_in, tells
from rewardsmith.search.sitting import Sitting
from rewardsmith.tuning import losses_of


def screened(sitting: Sitting, requests: Sequence[ProposalRequest]) -> list[ProposalRequest]:
    """The requests, each with the first seed from which what is written is not of the worse half.

    As they are in the first generation, before any policy was trained, where what was trained shows
    that the loss says nothing here, where a model writes, and where there is no fitness.
    """
    learns = isinstance(sitting.proposer, LearningProposer)
    if sitting.config.screen == 1 or not learns or not sitting.environment.task.measured:
        return list(requests)
    later = [request.generation for request in requests if request.generation]
    if not later or not tells(sitting, later[0]):
        return list(requests)
    return [_with_good_seed(sitting, request) for request in requests]


def seeds_for(request: ProposalRequest, count: int) -> list[int]:
    """The request's own seed and others that follow from it."""
    others = np.random.default_rng([request.seed, 1]).integers(2**31, size=count - 1)
    return [request.seed, *(int(seed) for seed in others)]


def _with_good_seed(sitting: Sitting, request: ProposalRequest) -> ProposalRequest:
    """The first that loses no more than the median, its own where episodes say nothing."""
    seeds = seeds_for(request, sitting.config.screen)
    choices = [msgspec.structs.replace(request, seed=seed) for seed in seeds]
    written = [proposal.source for _, proposal in sitting.proposer.propose(choices, _unheard)]
    parents = [parent.candidate.id for parent in request.parents]
    evidence = evidence_before(sitting, request.generation, signals_in(written), parents)
    if evidence is None:
        return request
    losses = losses_of(written, evidence, sitting.shop.rewards)
    middle = sorted(losses)[(len(losses) - 1) // 2]
    return next(c for c, loss in zip(choices, losses, strict=True) if loss <= middle)


def _unheard(key: str, messages: tuple[Message, ...], completion: Completion) -> None:
    """A proposer that learns asks no model."""
    del key, messages, completion
