"""Review by a model: what a second reading of a candidate's code finds before it is trained.

After the critic of Auto MC-Reward (Li et al., 2024): self-consistency, semantic errors, format.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rewardsmith.errors import BudgetExhausted, ProviderError
from rewardsmith.llm import (
    CompletionRequest,
    Ledger,
    ModelSettings,
    ProviderRefused,
    complete_all,
    objects_in,
    plain,
)
from rewardsmith.proposers import Emit, ProposalRequest
from rewardsmith.proposers.prompts import REVIEW, messages_for
from rewardsmith.records import Completion, Message, Reason

RULE = REVIEW
"""Rule of everything that a reviewer says."""
MOST_FAULTS = 5
_TEMPERATURE = 0.0

Answer = Callable[[ProposalRequest, tuple[Message, ...]], Completion]
"""Gives a model's answer to a review's prompt; raises what `complete` raises."""


class Reviewer:
    """Shows code to a model; what was answered in an earlier part of the run is not asked again."""

    def __init__(self, answer: Answer, known: Mapping[str, Completion]) -> None:
        self._answer = answer
        self._known = dict(known)

    def review(self, request: ProposalRequest, emit: Emit) -> tuple[Reason, ...]:
        """What the model finds, as reasons; a warning where its answer is none or does not come.

        Raises ProviderError where the service refuses, BudgetExhausted at a limit.
        """
        completion = self._known.get(request.key)
        if completion is None:
            messages = messages_for(request)
            try:
                completion = self._answer(request, messages)
            except ProviderRefused:
                raise
            except ProviderError as error:
                return (_warning(f"the review did not come: {error}"),)
            emit(request.key, messages, completion)
            self._known[request.key] = completion
        source = request.parents[0].candidate.source
        return reasons_in(completion.text, lines=len(source.strip("\n").splitlines()))


def ask_model(
    settings: ModelSettings, ledger: Ledger, request: ProposalRequest, messages: tuple[Message, ...]
) -> Completion:
    """One answer of the model, counted in the ledger."""
    asked = CompletionRequest(messages=messages, temperature=_TEMPERATURE, seed=request.seed)
    ((_, answer),) = complete_all([asked], settings, ledger)
    if isinstance(answer, ProviderError | BudgetExhausted):
        raise answer
    return answer


def reasons_in(answer: str, *, lines: int) -> tuple[Reason, ...]:
    """The verdict in an answer: none where the code is sound, a reason for each fault otherwise.

    An answer without a verdict, or a rejection without a fault, is a warning and rejects nothing.
    """
    verdict: dict[str, Any] = {}
    for found in objects_in(answer):
        if "verdict" in found:
            verdict = found
    word = str(verdict.get("verdict", "")).strip().lower()
    if word == "sound":
        return ()
    if word != "faulty":
        return (_warning("the answer of the review holds no verdict, so it counts for nothing"),)
    faults = verdict.get("faults")
    told = [_reason(fault, lines) for fault in faults] if isinstance(faults, list) else []
    kept = tuple(reason for reason in told if reason is not None)[:MOST_FAULTS]
    return kept or (_warning("the review calls the code faulty and names no fault"),)


def _reason(fault: Any, lines: int) -> Reason | None:
    """One fault as a reason; None where it says nothing."""
    if isinstance(fault, str):
        fault = {"fault": fault}
    if not isinstance(fault, dict):
        return None
    what, instead = plain(fault.get("fault")), plain(fault.get("instead"))
    if not what:
        return None
    line = fault.get("line")
    known = isinstance(line, int) and not isinstance(line, bool) and 1 <= line <= lines
    message = f"{what.rstrip('.')}; instead: {instead}" if instead else what
    return Reason(rule=RULE, message=message, line=line if known else None)


def _warning(message: str) -> Reason:
    return Reason(rule=RULE, message=message, warning=True)
