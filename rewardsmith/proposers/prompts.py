"""Renders a request into messages, from the templates in `prompts/` (a user's own copy wins).

What comes from outside, code, error texts, a person's words, is quoted as data.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from rewardsmith import resources
from rewardsmith.errors import UsageError
from rewardsmith.leaks import Secrets, find_numbers_in, forbid_leaks, leak
from rewardsmith.proposers import ActionRow, ProposalRequest
from rewardsmith.records import Message
from rewardsmith.signals import BUILTIN_SIGNALS
from rewardsmith.templates import fenced, fill

__all__ = ["TEMPLATES", "action_words", "fenced", "messages_for", "render"]

TEMPLATES = {
    "initial": "initial.md.j2",
    "mutate": "revise.md.j2",
    "crossover": "crossover.md.j2",
    "repair": "repair.md.j2",
    "review": "review.md.j2",
    "analyse": "analyst.md.j2",
}
_SYSTEM = {"review": "review_system.md.j2", "analyse": "analyst_system.md.j2"}
"""The first message where it is another than the writers'."""
REVIEW = "review"
"""The rule of a finding that is a model's own words."""
_COPIES = frozenset({"duplicate", "near_duplicate"})
"""The critic's findings that an answer is an earlier candidate over again."""
_FEW = 8
_TURN = 3
"""How far the list of hints is turned each generation, so that a place gets another one."""


def messages_for(request: ProposalRequest) -> tuple[Message, ...]:
    """The prompt for one candidate.

    Raises UsageError where a template is missing or wrong, PromptLeak where the prompt would
    show the fitness's code or the human reward.
    """
    template = TEMPLATES.get(request.operator)
    if template is None:
        raise UsageError(f"no prompt for operator {request.operator!r}")
    system = _SYSTEM.get(request.operator, "system.md.j2")
    messages = (
        Message(role="system", content=render(system, request)),
        Message(role="user", content=render(template, request)),
    )
    if request.secrets is not None:
        _forbid_leaks(request, messages, template, request.secrets)
    return messages


def _forbid_leaks(
    request: ProposalRequest, messages: tuple[Message, ...], template: str, secrets: Secrets
) -> None:
    """Expressions and names in all of the prompt, numbers in what of it was not measured."""
    own = [request.source, *(p.candidate.source + p.candidate.thought for p in request.parents)]
    own += [line for p in request.parents for line in (*p.analysis, *p.comparisons)]
    own += [reason.message for reason in request.reasons if reason.rule == REVIEW]
    own += request.history  # the names that candidates gave their components, and scores
    own.append(_everybodys(_SYSTEM.get(request.operator, "system.md.j2")))
    forbid_leaks(request.key, [m.content for m in messages], secrets, own="\n".join(own))
    if secrets.numbers:
        found = find_numbers_in(render(template, _unmeasured(request)), secrets)
        if found:
            raise leak(request.key, found[0])


@lru_cache
def _everybodys(template: str) -> str:
    """A template as it came with the package: what it holds was written before this task."""
    return (resources.bundled("prompts") / template).read_text(encoding="utf-8")


def _unmeasured(request: ProposalRequest) -> ProposalRequest:
    """The request without what was measured, written by the model or told by the simulator.

    Any number may be in that.
    """
    signals = tuple(replace(s, low=None, high=None, change=None) for s in request.signals)
    parents = tuple(
        replace(
            p,
            candidate=replace(p.candidate, source="", thought=""),
            score="",
            diagnosis="",
            advice=(),
            analysis=(),
            ahead=(),
            comparisons=(),
        )
        for p in request.parents
    )
    return replace(
        request,
        signals=signals,
        action=replace(request.action, low=(), high=()),
        time_limit=None,
        reference=(),
        history=(),
        parents=parents,
        source="",
        reasons=(),
    )


def render(template: str, request: ProposalRequest) -> str:
    """One template, filled in; every name that it uses must exist."""
    return fill(template, _values(request))


def _values(request: ProposalRequest) -> dict[str, Any]:
    """What templates may use; never the fitness, the human or the simulator's reward."""
    action = request.action
    return {
        "words": request.words,
        "measured": request.measured,
        "signals": request.signals,
        "always": BUILTIN_SIGNALS,
        "action": action,
        "action_words": action_words(action),
        "action_shape": "(N,)" if action.count is not None else shape(action.shape),
        "action_range": limits(0, action.count - 1) if action.count else _box(action),
        "time_limit": request.time_limit,
        "ends_early": request.ends_early,
        "description": request.description,
        "reference": request.reference,
        "history": request.history,
        "parents": request.parents,
        "notes": request.notes,
        "source": request.source,
        "reasons": [str(reason) for reason in request.reasons],
        "copied": any(reason.rule in _COPIES for reason in request.reasons),
        "index": request.index + _TURN * request.generation,
        "shape": shape,
        "limits": limits,
        "amount": amount,
    }


def action_words(action: ActionRow) -> str:
    """The action space in words."""
    if action.count is not None:
        return f"one of {action.count} choices, an integer from 0 to {action.count - 1}"
    count = math.prod(action.shape)
    numbers = "one number" if count == 1 else f"{count} numbers"
    return f"{numbers}, {_box(action)}" if action.low else numbers


def _box(action: ActionRow) -> str:
    """The limits of a continuous action, one pair where they are all alike."""
    pairs = list(dict.fromkeys(zip(action.low, action.high, strict=True)))
    if not pairs:
        return "–"
    if len(pairs) == 1:
        return limits(*pairs[0])
    return ", ".join(limits(low, high) for low, high in pairs[:_FEW])


def shape(row: tuple[int, ...]) -> str:
    """The shape of a batch of such rows: `(N,)`, `(N, 3)`."""
    return f"(N, {', '.join(map(str, row))})" if row else "(N,)"


def limits(low: float | None, high: float | None) -> str:
    """A range in words, open where an end is unknown."""
    if low is None and high is None:
        return "–"
    start = "…" if low is None else f"{low:g}"
    end = "…" if high is None else f"{high:g}"
    return f"{start} to {end}"


def amount(value: float | None) -> str:
    """A number in a table, a dash where there is none."""
    return "–" if value is None else f"{value:.2g}"
