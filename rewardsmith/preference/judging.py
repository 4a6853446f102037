"""A model compares: two behaviours in words and frames, asked for twice with the sides swapped.

Models favour a side (Zheng et al. 2023, "Judging LLM-as-a-judge"); an answer that changes with
the order counts as no preference.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from rewardsmith.errors import BudgetExhausted, ProviderError
from rewardsmith.leaks import Secrets, forbid_leaks
from rewardsmith.llm import Answer, CompletionRequest, ProviderRefused, objects_in, plain
from rewardsmith.records import Completion, Message, Picture
from rewardsmith.templates import fill

SIDES = ("a", "b")
"""Suffixes of the two askings: as it was drawn, and the other way round."""
TEMPLATE, SYSTEM = "prefer.md.j2", "prefer_system.md.j2"
_PREFERRED = {"1": 1.0, "2": 0.0, "0": 0.5, "same": 0.5}
_TEMPERATURE = 0.0

Emit = Callable[[str, tuple[Message, ...], Completion], None]
Ask = Callable[[Sequence[tuple[str, CompletionRequest]]], Iterator[tuple[str, Answer]]]
"""Gives (key, answer) of each request as the answers arrive."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a behaviour."""

    step: int
    """Steps of the episode before it."""
    length: int
    """Steps of the whole episode."""
    path: str
    """Of the PNG, below the run's folder."""
    data: bytes
    """The file."""

    @property
    def digest(self) -> str:
        """SHA-256 of the file, hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Question:
    """Two behaviours to be compared, as text, and both or neither with frames."""

    key: str
    first: str
    second: str
    first_frames: tuple[Frame, ...] = ()
    second_frames: tuple[Frame, ...] = ()


@dataclass(frozen=True, slots=True)
class Opinion:
    """What came of a question: `won` by the first; None where no usable answer came."""

    key: str
    won: float | None
    words: tuple[str, ...] = ()


@dataclass(slots=True)
class ModelJudge:
    """Asks a model to compare; what it answered in an earlier part of the run is not asked again.

    `context` is what the template knows beside the two behaviours: `words`, `description`,
    `signals`, `action_words`, `time_limit`.
    """

    ask: Ask
    known: Mapping[str, Completion]
    context: Mapping[str, Any] = field(default_factory=dict[str, Any])
    secrets: Secrets | None = None

    def compare(self, questions: Sequence[Question], emit: Emit) -> Iterator[Opinion]:
        """An opinion for each question, as soon as both its answers are there.

        Raises PromptLeak before anything is asked, ProviderError where the service refuses or
        answers nothing at all, BudgetExhausted at a limit, each only after the answers that came.
        """
        answers: dict[str, Completion | None] = {}
        requests: list[tuple[str, CompletionRequest]] = []
        for question in questions:
            for side in SIDES:
                key = f"{question.key}-{side}"
                if key in self.known:
                    answers[key] = self.known[key]
                else:
                    frames = (*question.first_frames, *question.second_frames)
                    asked = CompletionRequest(
                        messages=self.messages(question, side),
                        temperature=_TEMPERATURE,
                        pictures={frame.digest: frame.data for frame in frames},
                    )
                    requests.append((key, asked))
        told = set[str]()
        yield from _ready(questions, answers, told)
        errors: list[ProviderError | BudgetExhausted] = []
        prompts = dict(requests)
        for key, answer in self.ask(requests) if requests else ():
            if isinstance(answer, Completion):
                emit(key, prompts[key].messages, answer)
                answers[key] = answer
            else:
                errors.append(answer)
                answers[key] = None
            if not any(_ends(error) for error in errors):
                yield from _ready(questions, answers, told)
        _raise_what_ends(errors, len(requests))
        yield from _ready(questions, answers, told)

    def messages(self, question: Question, side: str) -> tuple[Message, ...]:
        """The prompt for one asking."""
        sides = (
            (question.first, question.first_frames),
            (question.second, question.second_frames),
        )
        (first, one), (second, other) = sides if side == SIDES[0] else sides[::-1]
        values = {**self.context, "first": first, "second": second, "frames": bool(one)}
        words = Message(role="user", content=fill(TEMPLATE, values))
        pictures = (*_captioned(1, one), *_captioned(2, other))
        messages = (
            Message(role="system", content=fill(SYSTEM, values)),
            msgspec.structs.replace(words, pictures=pictures),
        )
        if self.secrets is not None:
            forbid_leaks(question.key, [m.content for m in messages], self.secrets)
        return messages


def opinion_of(key: str, first: Completion | None, swapped: Completion | None) -> Opinion:
    """What two answers to the same question say together.

    They agree, or there is no preference; one usable answer alone says nothing of the order.
    """
    read = [None if answer is None else read_answer(answer.text) for answer in (first, swapped)]
    one, other = read
    words = tuple(answer[1] for answer in read if answer is not None and answer[1])
    if one is None or other is None:
        return Opinion(key, None, words)
    ahead, behind = one[0], 1.0 - other[0]
    return Opinion(key, ahead if ahead == behind else 0.5, words)


def read_answer(text: str) -> tuple[float, str] | None:
    """Who is preferred in an answer (1 the first, 0 the second, 1/2 neither), and why.

    None where it does not say; the last object with a preference counts.
    """
    found: tuple[float, str] | None = None
    for one in objects_in(text):
        value = str(one.get("prefer", "")).strip().lower()
        if value in _PREFERRED:
            found = _PREFERRED[value], plain(one.get("because"))
    return found


def _captioned(number: int, frames: Sequence[Frame]) -> Iterator[Picture]:
    """The frames of a behaviour as they are shown."""
    for frame in frames:
        yield Picture(
            caption=f"Behaviour {number}, after {frame.step} of {frame.length} steps:",
            path=frame.path,
            digest=frame.digest,
        )


def _ready(
    questions: Sequence[Question], answers: Mapping[str, Completion | None], told: set[str]
) -> Iterator[Opinion]:
    """Opinions on the questions whose answers are both there, each once."""
    for question in questions:
        keys = [f"{question.key}-{side}" for side in SIDES]
        if question.key not in told and all(key in answers for key in keys):
            told.add(question.key)
            yield opinion_of(question.key, answers[keys[0]], answers[keys[1]])


def _ends(error: ProviderError | BudgetExhausted) -> bool:
    return isinstance(error, BudgetExhausted | ProviderRefused)


def _raise_what_ends(errors: Sequence[ProviderError | BudgetExhausted], asked: int) -> None:
    """Raise the error that ends the run: a limit, a refusal, or no answer at all."""
    for error in errors:
        if _ends(error):
            raise error
    if errors and len(errors) == asked:
        raise errors[0]
