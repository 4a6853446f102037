"""Renders a request into messages, from the templates in `prompts/` (a user's own copy wins).

What comes from outside, code, error texts, a person's words, is quoted as data.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from rewardsmith import resources
from rewardsmith.errors import UsageError
from rewardsmith.leaks import Secrets, find_numbers_in, forbid_leaks, leak
from rewardsmith.proposers import ActionRow, ProposalRequest
from rewardsmith.records import Message
from rewardsmith.signals import BUILTIN_SIGNALS

TEMPLATES = {
    "initial": "initial.md.j2",
    "mutate": "revise.md.j2",
    "crossover": "crossover.md.j2",
    "repair": "repair.md.j2",
    "review": "review.md.j2",
}
_SYSTEM = {"review": "review_system.md.j2"}
"""The first message where it is another than the writers'."""
_COPIES = frozenset({"duplicate", "near_duplicate"})
"""The critic's findings that an answer is an earlier candidate over again."""
_LONGEST_SOURCE = 12_000
_LONGEST_TEXT = 6_000
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
    forbid_leaks(request.key, [m.content for m in messages], secrets, own="\n".join(own))
    if secrets.numbers:
        found = find_numbers_in(render(template, _unmeasured(request)), secrets)
        if found:
            raise leak(request.key, found[0])


def _unmeasured(request: ProposalRequest) -> ProposalRequest:
    """The request without what was measured or written by the model: any number may be in that."""
    signals = tuple(replace(s, low=None, high=None, change=None) for s in request.signals)
    parents = tuple(
        replace(p, candidate=replace(p.candidate, source="", thought=""), score="", diagnosis="")
        for p in request.parents
    )
    return replace(
        request, signals=signals, parents=parents, history=(), reasons=(), source="", reference=()
    )


def render(template: str, request: ProposalRequest) -> str:
    """One template, filled in; every name that it uses must exist."""
    import jinja2

    try:
        text = _environment().get_template(template).render(_values(request))
    except jinja2.TemplateNotFound as error:
        raise UsageError(
            f"prompt template {error} is missing in ./prompts and the package"
        ) from None
    except jinja2.TemplateError as error:
        place = getattr(error, "name", None) or template
        raise UsageError(f"prompt template {place}: {error}") from error
    return text.strip() + "\n"


@lru_cache(maxsize=1)
def _environment() -> Any:
    import jinja2

    def load(name: str) -> tuple[str, str, Any] | None:
        path = resources.find("prompts", name)
        if path is None:
            return None
        return path.read_text(encoding="utf-8"), str(path), lambda: False

    return jinja2.Environment(
        loader=jinja2.FunctionLoader(load),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701  Markdown for a model, no page for a browser
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _values(request: ProposalRequest) -> dict[str, Any]:
    """What templates may use; never the fitness, the human or the simulator's reward."""
    action = request.action
    return {
        "words": request.words,
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
        "cell": cell,
        "quoted": quoted,
        "fenced": fenced,
        "numbered": numbered,
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


def cell(text: str) -> str:
    """Text that stays in one cell of a table and on one line."""
    return " ".join(text.split()).replace("|", "\\|")


def quoted(text: str) -> str:
    """Text as a Markdown quotation."""
    return "\n".join(
        f"> {line}".rstrip() for line in _short(text.strip(), _LONGEST_TEXT).splitlines()
    )


def fenced(text: str, language: str) -> str:
    """Text in a fence that is longer than any within it."""
    text = _short(text.strip("\n"), _LONGEST_SOURCE)
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def numbered(source: str) -> str:
    """Code with the number of each line in front of it."""
    lines = source.strip("\n").splitlines()
    return "\n".join(f"{number:>3} | {line}" for number, line in enumerate(lines, start=1))


def _short(text: str, most: int) -> str:
    """The beginning and the end of a text that is too long for a prompt."""
    if len(text) <= most:
        return text
    left = len(text) - most
    return f"{text[: most * 3 // 4]}\n[… {left} characters left out …]\n{text[-most // 4 :]}"
