"""Proposing: candidates are asked for, judged, and sent back where the critic rejects them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rewardsmith import plan, stats
from rewardsmith.archive import TIMED_RULE
from rewardsmith.proposers import LearningProposer, ProposalRequest
from rewardsmith.records import (
    AnyEvent,
    Candidate,
    CandidateJudged,
    CandidateProposed,
    Completion,
    CompletionReceived,
    Message,
    Verdict,
)
from rewardsmith.search.retuning import retune, untuned
from rewardsmith.search.reviewing import reviewed
from rewardsmith.search.screening import screened
from rewardsmith.search.sitting import Sitting


def teach(sitting: Sitting, generation: int) -> None:
    """Tell a proposer that learns how the earlier generations ended, in the order of ids."""
    if not isinstance(sitting.proposer, LearningProposer):
        return
    for name in sorted(sitting.archive.candidates):
        candidate = sitting.archive.candidates[name]
        if candidate.generation < generation and name not in sitting.taught:
            sitting.proposer.learn(candidate, _first_score(sitting, name))
            sitting.taught.add(name)


def _first_score(sitting: Sitting, name: str) -> float | None:
    """What a candidate reached on the seeds that all candidates have.

    Seeds that elites got later do not count: a resumed run would tell another score than one
    that was not interrupted.
    """
    if not sitting.archive.measured:
        generation = sitting.archive.candidates[name].generation
        strength = sitting.archive.strengths.get(f"g{generation:02d}", {}).get(name)
        return None if strength is None else strength.value
    result = sitting.archive.results.get((name, "selection"))
    members = result.members[: sitting.config.seeds] if result is not None else ()
    if any(member.failure is not None for member in members):
        return None
    return stats.interquartile_mean(m.fitness for m in members if m.fitness is not None)


def propose(sitting: Sitting, generation: int) -> Iterator[AnyEvent]:
    """Candidates with their verdicts; what is not to be trained is sent back, so often at most."""
    started = sum(
        c.generation == generation and c.operator == "human"
        for c in sitting.archive.candidates.values()
    )
    requests = plan.plan_generation(
        sitting.archive, sitting.brief, sitting.config, generation, first_index=started
    )
    tuned = [r for r in requests if r.operator == "retune"]
    yield from retune(sitting, [r for r in tuned if r.key not in sitting.archive.candidates])
    requests = tuple(untuned(request) for request in requests)
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

    for key, proposal in sitting.proposer.propose(screened(sitting, requests), emit):
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
    archive = sitting.archive
    return sitting.peers.judge(candidate, archive.candidates, archive.verdicts)


def _repairs(
    sitting: Sitting, requests: Iterable[ProposalRequest], repair: int
) -> tuple[ProposalRequest, ...]:
    """The next round for what was rejected, or is an earlier candidate over again."""
    if repair > sitting.config.repairs:
        return ()
    again: list[ProposalRequest] = []
    for request in requests:
        verdict = sitting.archive.verdicts.get(request.key)
        if verdict is not None and not verdict.trains:
            candidate = sitting.archive.candidates[request.key]
            answer = sitting.archive.completions.get(request.key)
            broken = candidate.source or (answer.text if answer is not None else "")
            reasons = tuple(r for r in verdict.reasons if r.rule != TIMED_RULE)
            again.append(plan.repair_request(request, broken, reasons, repair))
    return tuple(again)
