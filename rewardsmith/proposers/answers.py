"""From a completion to a proposal, for every proposer whose answers are words."""

from __future__ import annotations

from rewardsmith.proposers import Proposal, ProposalRequest
from rewardsmith.proposers.extraction import extract
from rewardsmith.records import Completion


def proposal_of(request: ProposalRequest, completion: Completion) -> Proposal:
    """What the completion proposes; its failure says why it is no reward."""
    found = extract(completion.text, cut=completion.finish_reason == "length")
    return Proposal(
        source=found.source,
        thought=found.thought,
        operator=request.operator,
        parents=tuple(parent.candidate.id for parent in request.parents),
        failure=found.failure,
    )
