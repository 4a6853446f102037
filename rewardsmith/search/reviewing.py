"""Review: what passed the critic is shown to a model before it is trained, where asked for."""

from __future__ import annotations

from collections.abc import Generator

import msgspec

from rewardsmith.archive import Archive
from rewardsmith.proposers.review import RULE
from rewardsmith.readings import review_request
from rewardsmith.records import (
    AnyEvent,
    Candidate,
    Completion,
    CompletionReceived,
    Message,
    Verdict,
)
from rewardsmith.search.sitting import Sitting


def reviewed(
    sitting: Sitting, candidate: Candidate, verdict: Verdict
) -> Generator[AnyEvent, None, Verdict]:
    """The verdict with what the review adds; yields the event of its answer."""
    reviewer = sitting.reviewer
    if reviewer is None or not verdict.trains or not may_review(sitting, candidate):
        return verdict
    received: list[AnyEvent] = []

    def emit(key: str, messages: tuple[Message, ...], completion: Completion) -> None:
        event = CompletionReceived(key=key, messages=messages, completion=completion)
        received.append(sitting.record(event))

    reasons = reviewer.review(review_request(sitting.brief, candidate), emit)
    yield from received
    return msgspec.structs.replace(verdict, reasons=(*verdict.reasons, *reasons))


def may_review(sitting: Sitting, candidate: Candidate) -> bool:
    """Whether a rejection could still be mended: rounds and repairs are left for this place.

    A person's own reward is not reviewed.
    """
    if candidate.operator == "human":
        return False
    config, place = sitting.config, (candidate.generation, candidate.index)
    earlier = _earlier(sitting.archive, place, candidate.id)
    sent_back = rounds_used(sitting.archive, earlier)
    return len(earlier) < config.repairs and sent_back < config.review_rounds


def rounds_used(archive: Archive, candidates: tuple[str, ...]) -> int:
    """How many of the candidates a review has sent back."""
    verdicts = [archive.verdicts[name] for name in candidates if name in archive.verdicts]
    return sum(any(r.rule == RULE and not r.warning for r in v.reasons) for v in verdicts)


def _earlier(archive: Archive, place: tuple[int, int], candidate: str) -> tuple[str, ...]:
    """What stood in a candidate's place before it."""
    return tuple(
        name
        for name, other in archive.candidates.items()
        if (other.generation, other.index) == place and name != candidate
    )
