"""Readings: requests that show one candidate to a model and ask for no reward."""

from __future__ import annotations

import msgspec

from rewardsmith.archive import Archive
from rewardsmith.plan import Brief, parent_view
from rewardsmith.proposers import ParentView, ProposalRequest
from rewardsmith.proposers.analyst import SUFFIX as ANALYST
from rewardsmith.records import Candidate

REVIEW = "-review"
"""Of the key of a review, behind the candidate's id."""


def review_request(brief: Brief, candidate: Candidate) -> ProposalRequest:
    """The request that shows a candidate's code to a model before it is trained."""
    return _reading(brief, ParentView(candidate=candidate), "review", REVIEW)


def analyst_request(brief: Brief, archive: Archive, name: str) -> ProposalRequest:
    """The request that shows a trained candidate and its numbers to a model."""
    known = parent_view(archive, archive.candidates[name], ends_early=brief.ends_early)
    view = msgspec.structs.replace(known, analysis=())
    return _reading(brief, view, "analyse", ANALYST)


def _reading(brief: Brief, view: ParentView, operator: str, suffix: str) -> ProposalRequest:
    """A request about one candidate that asks for no reward."""
    candidate = view.candidate
    return brief.request(
        key=f"{candidate.id}{suffix}",
        operator=operator,
        generation=candidate.generation,
        index=candidate.index,
        seed=candidate.index,
        parents=(view,),
    )
