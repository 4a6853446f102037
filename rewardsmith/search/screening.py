"""Screening: of several proposals that cost nothing to write, the one that fits what was seen.

How well a reward's returns follow the fitness of recorded episodes says much of what training with
it reaches, and costs a thousandth of it.  A model's answers are all tried: each was paid for.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

import msgspec
import numpy as np

from rewardsmith.language import reward_parameters
from rewardsmith.proposers import LearningProposer, ProposalRequest
from rewardsmith.records import Completion, Message
from rewardsmith.search.seeing import evidence_before
from rewardsmith.search.sitting import Sitting
from rewardsmith.tuning import losses_of


def screened(sitting: Sitting, requests: Sequence[ProposalRequest]) -> list[ProposalRequest]:
    """The requests, each with the seed from which the proposer writes what fits best.

    As they are where a model writes, and where there is no fitness.
    """
    learns = isinstance(sitting.proposer, LearningProposer)
    if sitting.config.screen == 1 or not learns or not sitting.environment.task.measured:
        return list(requests)
    return [_with_best_seed(sitting, request) for request in requests]


def seeds_for(request: ProposalRequest, count: int) -> list[int]:
    """The request's own seed and others that follow from it."""
    others = np.random.default_rng([request.seed, 1]).integers(2**31, size=count - 1)
    return [request.seed, *(int(seed) for seed in others)]


def _with_best_seed(sitting: Sitting, request: ProposalRequest) -> ProposalRequest:
    """Of equal ones the first, so that nothing changes where episodes say nothing."""
    seeds = seeds_for(request, sitting.config.screen)
    choices = [msgspec.structs.replace(request, seed=seed) for seed in seeds]
    written = [proposal.source for _, proposal in sitting.proposer.propose(choices, _unheard)]
    signals = {name for source in written for name in reward_parameters(ast.parse(source))}
    parents = [parent.candidate.id for parent in request.parents]
    evidence = evidence_before(sitting, request.generation, sorted(signals), parents)
    if evidence is None:
        return request
    losses = losses_of(written, evidence, sitting.shop.rewards)
    return choices[int(np.argmin(losses))]


def _unheard(key: str, messages: tuple[Message, ...], completion: Completion) -> None:
    """A proposer that learns asks no model."""
    del key, messages, completion
