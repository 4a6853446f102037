"""`complete`: one answer of a model, within a total deadline, a budget and a number of attempts."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from rewardsmith.errors import ProviderError
from rewardsmith.llm.bounds import Exchange
from rewardsmith.llm.clients import (
    Options,
    Reply,
    adapted,
    ask,
    first_options,
    load_client,
)
from rewardsmith.llm.faults import Fault
from rewardsmith.llm.ledger import Ledger, Worst, price_of
from rewardsmith.llm.request import (
    CHARACTERS_PER_TOKEN,
    CompletionRequest,
    ModelSettings,
    ProviderRefused,
)
from rewardsmith.records import Completion

_RAISE = 4
_LONGEST_WAIT = 60.0
_CUT_SHARE = 0.55
"""Of the estimated tokens of a prompt: a server that counts fewer has probably cut it."""
_CUT_FROM = 400
"""Estimated tokens below which nothing is said of a cut."""


@dataclass(slots=True)
class _Course:
    """Where the attempts at one completion stand."""

    options: Options
    started: float
    ends: float
    attempts: int = 0
    raised: bool = False
    prompt_tokens: list[int | None] = field(default_factory=list[int | None])
    completion_tokens: list[int | None] = field(default_factory=list[int | None])
    told: Fault | None = None
    """The last fault of which the server or the connection said something."""


def complete(
    request: CompletionRequest,
    settings: ModelSettings,
    ledger: Ledger | None = None,
    *,
    stop: threading.Event | None = None,
) -> Completion:
    """One answer to the prompt.

    Raises ProviderError where none comes in time or after all attempts (ProviderRefused where
    every other request would fail alike), BudgetExhausted before a request that could pass a
    limit.  No message and no exception holds a key.
    """
    load_client(settings)  # takes seconds, which are not the server's
    ledger, stop = ledger or Ledger(), stop or threading.Event()
    now = time.monotonic()
    course = _Course(first_options(request, settings), now, now + settings.deadline)
    while True:
        outcome = _attempt(request, settings, course, ledger)
        if isinstance(outcome, Reply):
            return _completion(request, settings, course, outcome)
        error = _give_up(outcome, settings, course)
        if error is None and stop.wait(_pause(outcome, request, settings, course)):
            error = ProviderError(f"{settings.model}: given up on request")
        if error is not None:
            raise error


def _attempt(
    request: CompletionRequest, settings: ModelSettings, course: _Course, ledger: Ledger
) -> Reply | Fault:
    """One request, reserved and counted in the ledger; a reply has words in it."""
    price, options = price_of(settings), course.options
    prompt = request.estimated_tokens() * 4 // 3
    worst = Worst(
        tokens=prompt + options.max_tokens,
        price=(price.of(prompt, options.max_tokens) or 0.0) if price else 0.0,
    )
    before = time.monotonic()
    ledger.reserve(worst)
    waited = time.monotonic() - before  # for the others' requests, which is not the server's time
    course.started, course.ends = course.started + waited, course.ends + waited
    course.attempts += 1
    ends = min(course.ends, time.monotonic() + settings.timeout)
    try:
        outcome = ask(request, settings, options, Exchange(ends, settings.reply_limit))
    except BaseException:
        ledger.settle(worst, tokens=(0, 0), price=0.0)
        raise
    _settle(request, settings, ledger, worst, outcome)
    if isinstance(outcome, Fault):
        return outcome
    course.prompt_tokens.append(outcome.prompt_tokens)
    course.completion_tokens.append(outcome.completion_tokens)
    return outcome if outcome.text.strip() else _empty(outcome, course)


def _settle(
    request: CompletionRequest,
    settings: ModelSettings,
    ledger: Ledger,
    worst: Worst,
    outcome: Reply | Fault,
) -> None:
    """Count one request; tokens that the server did not count are estimated for the limits."""
    if isinstance(outcome, Fault):
        ledger.settle(worst, tokens=(0, 0), price=0.0)
        return
    price = price_of(settings)
    metered = outcome.prompt_tokens is not None and outcome.completion_tokens is not None
    tokens = (
        outcome.prompt_tokens or request.estimated_tokens(),
        outcome.completion_tokens or int(len(outcome.text) / CHARACTERS_PER_TOKEN) + 1,
    )
    ledger.settle(worst, tokens=tokens, price=price.of(*tokens) if price else None, metered=metered)


def _empty(reply: Reply, course: _Course) -> Fault:
    """What an answer without words means: mostly that reasoning took all the tokens."""
    if reply.finish_reason != "length":
        return Fault(f"the answer is empty (finish_reason {reply.finish_reason})", again=True)
    used = course.options.max_tokens
    if course.raised:
        return Fault(f"no answer within {used} tokens, reasoning took them all; raise max_tokens")
    course.raised = True
    course.options = replace(course.options, max_tokens=used * _RAISE)
    return Fault(f"no answer within {used} tokens", again=True, wait=0.0)


def _give_up(fault: Fault, settings: ModelSettings, course: _Course) -> ProviderError | None:
    """The error to raise, None where another attempt is made."""
    name = settings.model
    if not fault.late:
        course.told = fault
    if fault.refused:
        return ProviderRefused(f"{name}: {fault.message}")
    options = adapted(course.options, fault)
    if options is not None:
        course.options = options
    elif not fault.again:
        return ProviderError(f"{name}: {fault.message}")
    left = course.ends - time.monotonic()
    if left <= 0:
        return ProviderError(f"{name}: {_over(fault, settings, course)}")
    if course.attempts >= settings.attempts:
        tried = f"{course.attempts} attempts failed, last: " if course.attempts > 1 else ""
        return ProviderError(f"{name}: {tried}{fault.message}")
    if fault.wait is not None and fault.wait >= left:
        return ProviderError(
            f"{name}: the server asks to wait {fault.wait:g} s, {left:.0f} s are left: "
            f"{fault.message}"
        )
    return None


def _over(fault: Fault, settings: ModelSettings, course: _Course) -> str:
    """The deadline's sentence, with the last fault that tells more than that it has passed."""
    tries = f"{course.attempts} attempt{'s' if course.attempts > 1 else ''}"
    last = course.told or fault
    return f"{settings.deadline:g} s are over after {tries}; the last: {last.message}"


def _pause(
    fault: Fault, request: CompletionRequest, settings: ModelSettings, course: _Course
) -> float:
    """Seconds before the next attempt: what the server asks for, else exponential with jitter."""
    if fault.wait is not None:
        return fault.wait
    if not fault.again:
        return 0.0
    jitter = np.random.default_rng([request.seed, course.attempts]).uniform(0.5, 1.5)
    wait = min(_LONGEST_WAIT, settings.backoff * 2 ** (course.attempts - 1)) * float(jitter)
    return min(wait, max(0.0, course.ends - time.monotonic()))


def _completion(
    request: CompletionRequest, settings: ModelSettings, course: _Course, reply: Reply
) -> Completion:
    """The record of an answer; tokens are those of all attempts, since all are paid for."""
    prompt, completion = _total(course.prompt_tokens), _total(course.completion_tokens)
    price = price_of(settings)
    return Completion(
        text=reply.text,
        model=settings.model,
        finish_reason=reply.finish_reason,
        prompt_tokens=prompt,
        completion_tokens=completion,
        price=price.of(prompt, completion) if price else None,
        latency=time.monotonic() - course.started,
        attempts=course.attempts,
        warnings=tuple(_warnings(request, settings, reply)),
    )


def _total(counts: list[int | None]) -> int | None:
    """The sum, None where one is unknown."""
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _warnings(request: CompletionRequest, settings: ModelSettings, reply: Reply) -> Iterator[str]:
    """What is doubtful about an answer."""
    estimate = request.estimated_words()  # what pictures count for differs between services
    if (
        reply.prompt_tokens
        and estimate >= _CUT_FROM
        and reply.prompt_tokens < _CUT_SHARE * estimate
    ):
        yield (
            f"the server counted {reply.prompt_tokens} tokens of a prompt of about {estimate}: it "
            "may have cut it silently; give the model a longer context (for Ollama use the prefix "
            "ollama_chat/)"
        )
    if reply.finish_reason == "length":
        yield "the answer was cut off at the limit of tokens"
    asked = settings.model.partition("/")[2] or settings.model
    if reply.model and not _same_model(asked, reply.model):
        yield f"asked for model {asked}, the server says it is {reply.model[:100]}"


def _same_model(asked: str, answered: str) -> bool:
    """Whether one name is the other with a date, a path or a tag more."""
    first, second = (name.lower().rpartition("/")[2] for name in (asked, answered))
    return first in second or second in first
