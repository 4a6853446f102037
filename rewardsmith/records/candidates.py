"""What a model answered, what was proposed, and what the critic said of it."""

from __future__ import annotations

from typing import Any

import msgspec

from rewardsmith.records.base import Record


class Picture(Record, frozen=True):
    """A picture that goes with a message's words; its bytes lie in the run's folder."""

    caption: str
    path: str
    """Below the run's folder."""
    digest: str
    """SHA-256 of the file, hexadecimal."""


class Message(Record, frozen=True):
    """One message of a prompt: `role` is system, user or assistant."""

    role: str
    content: str
    pictures: tuple[Picture, ...] = ()
    """What is shown after the words, in this order."""


class Completion(Record, frozen=True):
    """One answer of a model, verbatim, with what it cost; `price` None is unknown, not free."""

    text: str
    model: str
    finish_reason: str = "stop"
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    price: float | None = None
    """US dollars; None where no price is known."""
    latency: float = 0.0
    """Seconds from the first request to the answer, retries included."""
    attempts: int = 1
    warnings: tuple[str, ...] = ()
    """What is doubtful about the answer: a prompt that was cut, another model's name."""


class Candidate(Record, frozen=True):
    """One proposed reward.

    `id` is `gGG-cNN` (generation, index), with `-rN` for the Nth repair; `operator` is one of
    initial, mutate, crossover, repair, retune, human.  `tree` is the composer's own form of it.
    """

    id: str
    source: str
    operator: str
    generation: int
    index: int
    parents: tuple[str, ...] = ()
    tree: dict[str, Any] | None = None
    proposer: str = ""
    thought: str = ""
    """The prose around the code, as the proposer wrote it."""
    flaw: Reason | None = None
    """Why the answer holds no reward at all, where it holds none."""


class Reason(Record, frozen=True):
    """One finding of the critic, in words a model can act on."""

    rule: str
    message: str
    line: int | None = None
    warning: bool = False
    """True where it does not reject the candidate, only tells."""

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line is not None else ""
        return f"{place}{self.message} [{self.rule}]"


class Verdict(Record, frozen=True):
    """What the critic says of one candidate."""

    candidate: str
    reasons: tuple[Reason, ...] = ()
    components: tuple[str, ...] = ()
    additive: bool | None = None
    signals: tuple[str, ...] = ()
    """The names in the signature of `compute_reward`."""
    twin: str | None = None
    """The earlier candidate that this one is over again: its result stands in for training."""
    distances: dict[str, float] = msgspec.field(default_factory=dict[str, float])
    """STARC distance on the bank, 0 to 1, by name: the nearest earlier candidates, and the task's
    own `fitness` and `human` reward; those two are for people and never stand in a prompt."""
    cluster: str | None = None
    """The earliest candidate that looks at the same and asks for about the same, this one itself
    where there is none earlier; None where nothing could be compared."""

    @property
    def passed(self) -> bool:
        """True where no reason rejects the candidate."""
        return all(reason.warning for reason in self.reasons)

    @property
    def trains(self) -> bool:
        """True where the candidate is to be trained: it passed and is no earlier one again."""
        return self.passed and self.twin is None
