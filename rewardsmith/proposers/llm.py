"""The proposer that asks a language model: one separate request a candidate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rewardsmith.errors import BudgetExhausted, ProviderError
from rewardsmith.llm import (
    Answer,
    CompletionRequest,
    Ledger,
    ModelSettings,
    ProviderRefused,
    complete_all,
)
from rewardsmith.proposers import PROVIDER_RULE, Emit, Proposal, ProposalRequest
from rewardsmith.proposers.answers import proposal_of
from rewardsmith.proposers.prompts import messages_for
from rewardsmith.records import Completion, Message, Reason


class LlmProposer:
    """Asks a model; what it has answered in an earlier part of the run is never asked again."""

    name = "llm"

    def __init__(
        self,
        settings: ModelSettings,
        *,
        ledger: Ledger | None = None,
        known: Mapping[str, Completion] | None = None,
    ) -> None:
        self.settings = settings
        self.ledger = ledger or Ledger()
        self._known = dict(known or {})
        for completion in self._known.values():
            self.ledger.add(completion)

    def propose(
        self, requests: Sequence[ProposalRequest], emit: Emit
    ) -> Iterator[tuple[str, Proposal]]:
        """One (key, proposal) for each request as the answers arrive, known ones first.

        A request without an answer gets a failure of rule `provider`.  Raises ProviderError
        where the service refuses or none of the requests is answered, BudgetExhausted at a
        limit, each only after all answers that did come.
        """
        for request in requests:
            if request.key in self._known:
                yield request.key, proposal_of(request, self._known[request.key])
        asked = [request for request in requests if request.key not in self._known]
        prompts = [messages_for(request) for request in asked]
        errors: dict[int, ProviderError | BudgetExhausted] = {}
        for index, answer in self._answers(asked, prompts):
            request = asked[index]
            if not isinstance(answer, Completion):
                errors[index] = answer
                continue
            emit(request.key, prompts[index], answer)
            self._known[request.key] = answer
            yield request.key, proposal_of(request, answer)
        _raise_what_ends(tuple(errors.values()), len(asked))
        for index, error in sorted(errors.items()):
            reason = Reason(rule=PROVIDER_RULE, message=str(error))
            yield asked[index].key, Proposal(operator=asked[index].operator, failure=reason)

    def _answers(
        self, asked: Sequence[ProposalRequest], prompts: Sequence[tuple[Message, ...]]
    ) -> Iterator[tuple[int, Answer]]:
        completions = [
            CompletionRequest(messages=messages, temperature=request.temperature, seed=request.seed)
            for request, messages in zip(asked, prompts, strict=True)
        ]
        return complete_all(completions, self.settings, self.ledger)


def _raise_what_ends(errors: Sequence[ProviderError | BudgetExhausted], asked: int) -> None:
    """Raise the error that ends the run: a limit, a refusal, or no answer at all."""
    for kind in (BudgetExhausted, ProviderRefused):
        for error in errors:
            if isinstance(error, kind):
                raise error
    if errors and len(errors) == asked:
        raise errors[0]
