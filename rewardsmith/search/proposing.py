"""Proposing: candidates are asked for, judged, and sent back where the critic rejects them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rewardsmith import plan
from rewardsmith.archive import TIMED_RULE
from rewardsmith.critic import judge
from rewardsmith.errors import RewardInvalid
from rewardsmith.language import source_hash
from rewardsmith.proposers import LearningProposer, ProposalRequest
from rewardsmith.records import (
    AnyEvent,
    Candidate,
    CandidateJudged,
    CandidateProposed,
    Completion,
    CompletionReceived,
    Message,
    Reason,
    Verdict,
)
from rewardsmith.search.reviewing import reviewed
from rewardsmith.search.sitting import Sitting


def teach(sitting: Sitting, generation: int) -> None:
    """Tell a proposer that learns how the earlier generations ended, in the order of ids."""
    if not isinstance(sitting.proposer, LearningProposer):
        return
    for name in sorted(sitting.archive.candidates):
        candidate = sitting.archive.candidates[name]
        if candidate.generation < generation and name not in sitting.taught:
            score = sitting.archive.scores.get(name)
            sitting.proposer.learn(candidate, score.value if score is not None else None)
            sitting.taught.add(name)


def propose(sitting: Sitting, generation: int) -> Iterator[AnyEvent]:
    """Candidates with their verdicts, rejected ones sent back as often as the settings say."""
    started = sum(
        c.generation == generation and c.operator == "human"
        for c in sitting.archive.candidates.values()
    )
    requests = plan.plan_generation(
        sitting.archive, sitting.brief, sitting.config, generation, first_index=started
    )
    for repair in range(sitting.config.repairs + 1):
        yield from _ask(sitting, [r for r in requests if r.key not in sitting.archive.candidates])
        yield from _judge(sitting, generation)
        requests = _repairs(sitting, requests, repair + 1)
        if not requests:
            return
        sitting.check()


def _ask(sitting: Sitting, requests: list[ProposalRequest]) -> Iterator[AnyEvent]:
    if not requests:
        return
    by_key = {request.key: request for request in requests}
    received: list[AnyEvent] = []

    def emit(key: str, messages: tuple[Message, ...], completion: Completion) -> None:
        event = CompletionReceived(key=key, messages=messages, completion=completion)
        received.append(sitting.record(event))

    for key, proposal in sitting.proposer.propose(requests, emit):
        yield from received
        received.clear()
        if proposal.failure is not None and proposal.failure.rule == "provider":
            continue
        request = by_key[key]
        candidate = Candidate(
            id=key,
            source=proposal.source,
            operator=proposal.operator or request.operator,
            generation=request.generation,
            index=request.index,
            parents=proposal.parents or tuple(p.candidate.id for p in request.parents),
            tree=proposal.tree,
            proposer=sitting.proposer.name,
            thought=proposal.thought,
            flaw=proposal.failure,
        )
        yield sitting.record(CandidateProposed(candidate=candidate))
    yield from received


def _judge(sitting: Sitting, generation: int) -> Iterator[AnyEvent]:
    for name in sorted(sitting.archive.candidates):
        candidate = sitting.archive.candidates[name]
        if candidate.generation == generation and name not in sitting.archive.verdicts:
            verdict = yield from reviewed(sitting, candidate, _verdict(sitting, candidate))
            yield sitting.record(CandidateJudged(verdict=verdict))


def _verdict(sitting: Sitting, candidate: Candidate) -> Verdict:
    if candidate.flaw is not None:
        return Verdict(candidate=candidate.id, reasons=(candidate.flaw,))
    twin = _twin(sitting, candidate)
    if twin is not None:
        message = f"this is the same reward as {twin}, token by token; write a different one"
        return Verdict(candidate=candidate.id, reasons=(Reason(rule="duplicate", message=message),))
    rejects, rewards = sitting.config.critic_rejects, sitting.shop.rewards
    return judge(candidate, sitting.environment, sitting.bank, rewards, rejects=rejects)


def _repairs(
    sitting: Sitting, requests: Iterable[ProposalRequest], repair: int
) -> tuple[ProposalRequest, ...]:
    """The next round for what was rejected."""
    if repair > sitting.config.repairs:
        return ()
    again: list[ProposalRequest] = []
    for request in requests:
        verdict = sitting.archive.verdicts.get(request.key)
        if verdict is not None and not verdict.passed:
            candidate = sitting.archive.candidates[request.key]
            answer = sitting.archive.completions.get(request.key)
            broken = candidate.source or (answer.text if answer is not None else "")
            reasons = tuple(r for r in verdict.reasons if r.rule != TIMED_RULE)
            again.append(plan.repair_request(request, broken, reasons, repair))
    return tuple(again)


def _twin(sitting: Sitting, candidate: Candidate) -> str | None:
    """An earlier candidate that passed and is the same code."""
    own = _hash_or_none(candidate.source)
    passed = [name for name, verdict in sitting.archive.verdicts.items() if verdict.passed]
    sources = {name: sitting.archive.candidates[name].source for name in sorted(passed)}
    if own is None:
        return None
    return next((n for n, source in sources.items() if _hash_or_none(source) == own), None)


def _hash_or_none(source: str) -> str | None:
    """The hash of the code's tokens; None where it has no valid ones."""
    try:
        return source_hash(source)
    except RewardInvalid:
        return None
