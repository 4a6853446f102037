"""The proposer that repeats an earlier run's completions: no model, no key, no cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from rewardsmith.errors import ProviderError, UsageError, nearest
from rewardsmith.llm import Answer, CompletionRequest
from rewardsmith.proposers import Emit, Proposal, ProposalRequest
from rewardsmith.proposers.answers import proposal_of
from rewardsmith.proposers.prompts import messages_for
from rewardsmith.records import Completion, CompletionReceived, decode_event

_EVENTS = "events.jsonl"


class ReplayProposer:
    """Answers each request with the recorded completion of the same key.

    `known` are the keys that this run has answered already: they are not emitted again.
    """

    name = "replay"

    def __init__(
        self,
        completions: Mapping[str, Completion],
        *,
        known: Mapping[str, Completion] | None = None,
    ) -> None:
        self._recorded = dict(completions)
        self._known = dict(known or {})

    @classmethod
    def from_run(
        cls, run: Path, *, known: Mapping[str, Completion] | None = None
    ) -> ReplayProposer:
        """From a run's folder or its events file; UsageError where there is nothing to replay."""
        return cls(recorded_completions(run), known=known)

    def propose(
        self, requests: Sequence[ProposalRequest], emit: Emit
    ) -> Iterator[tuple[str, Proposal]]:
        """One (key, proposal) for each request, in their order; UsageError for an unknown key."""
        for request in requests:
            completion = self._known.get(request.key)
            if completion is None:
                completion = self.recorded(request.key)
                emit(request.key, messages_for(request), completion)
                self._known[request.key] = completion
            yield request.key, proposal_of(request, completion)

    def answers(
        self, requests: Sequence[tuple[str, CompletionRequest]]
    ) -> Iterator[tuple[str, Answer]]:
        """(key, recorded answer) of each request that is no proposal.

        One that never came in the recorded run does not come here; UsageError where none did.
        """
        if requests and not any(key in self._recorded for key, _ in requests):
            self.recorded(requests[0][0])
        for key, _ in requests:
            missing = ProviderError(f"the recorded run has no answer for {key}")
            yield key, self._recorded.get(key, missing)

    def recorded(self, key: str) -> Completion:
        """The answer that the recorded run has for a key; UsageError where it has none."""
        if key in self._recorded:
            return self._recorded[key]
        near = nearest(key, self._recorded)
        hint = f" (there is {', '.join(near)})" if near else ""
        raise UsageError(
            f"the recorded run has no answer for {key}{hint}; replay with the settings that it "
            "had, generations, candidates, repairs and seed among them"
        )


def recorded_completions(run: Path) -> dict[str, Completion]:
    """The completions of a run by key; a torn last line is left out."""
    path = run / _EVENTS if run.is_dir() else run
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise UsageError(f"cannot replay {path}: {error.strerror}") from error
    completions: dict[str, Completion] = {}
    for number, line in enumerate(lines, start=1):
        try:
            event = decode_event(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            if number == len(lines):
                break
            raise UsageError(f"{path}, line {number} is no event: {error}") from error
        if isinstance(event, CompletionReceived):
            completions[event.key] = event.completion
    if not completions:
        raise UsageError(f"{path} holds no completions; the run had no model")
    return completions
