"""Analysing: a model reads the numbers of a generation's candidates, where asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rewardsmith.archive import Archive
from rewardsmith.errors import BudgetExhausted, ProviderError
from rewardsmith.llm import CompletionRequest, ProviderRefused
from rewardsmith.proposers.analyst import SUFFIX, analysis_in
from rewardsmith.proposers.prompts import messages_for
from rewardsmith.readings import analyst_request
from rewardsmith.records import AnyEvent, CandidateAnalysed, Completion, CompletionReceived
from rewardsmith.search.sitting import Sitting

_TEMPERATURE = 0.0


def analyse(sitting: Sitting, generation: int) -> Iterator[AnyEvent]:
    """Failures and suggestions for the best of a generation, as many as the settings allow.

    An answer that does not come is left out; a refusal or a limit ends the run, resumable.
    """
    if not sitting.config.analyst:
        return
    chosen = chosen_of(sitting.archive, generation, sitting.config.analyst_calls)
    known = sitting.archive.completions
    requests = [
        (f"{name}{SUFFIX}", _request(sitting, name))
        for name in chosen
        if f"{name}{SUFFIX}" not in known
    ]
    errors: list[ProviderError | BudgetExhausted] = []
    prompts = dict(requests)
    for key, answer in sitting.ask_model(requests) if requests else ():
        if isinstance(answer, Completion):
            event = CompletionReceived(key=key, messages=prompts[key].messages, completion=answer)
            yield sitting.record(event)
        else:
            errors.append(answer)
    yield from _read(sitting, chosen)
    for error in errors:
        if isinstance(error, BudgetExhausted | ProviderRefused):
            raise error


def chosen_of(archive: Archive, generation: int, most: int) -> tuple[str, ...]:
    """Whom the analyst reads: the generation's best first, then what failed in training."""
    able = {name for name in archive.diagnoses if archive.candidates[name].generation == generation}
    best = [name for name in archive.ranking() if name in able]
    return tuple([*best, *sorted(able - set(best) - archive.rejected)][:most])


def _request(sitting: Sitting, name: str) -> CompletionRequest:
    request = analyst_request(sitting.brief, sitting.archive, name)
    return CompletionRequest(
        messages=messages_for(request), temperature=_TEMPERATURE, seed=request.seed
    )


def _read(sitting: Sitting, chosen: Sequence[str]) -> Iterator[AnyEvent]:
    """What the answers say, in the order of the candidates."""
    for name in chosen:
        answer = sitting.archive.completions.get(f"{name}{SUFFIX}")
        if answer is not None and name not in sitting.archive.analyses:
            analysis = analysis_in(answer.text, name)
            yield sitting.record(CandidateAnalysed(analysis=analysis))
