"""Proposers write candidates, behind one protocol.

`llm` asks a model, `composer` searches without one, `replay` repeats an earlier run's answers,
`manual` asks a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, runtime_checkable

import msgspec

from rewardsmith.leaks import Secrets
from rewardsmith.records import Candidate, Completion, Message, Reason, Record

PROVIDER_RULE = "provider"
"""Rule of a failure that is the service's: no answer came, so there is nothing to repair."""
EXTRACTION_RULE = "no-code"
"""Rule of a failure to find `compute_reward` in an answer: a repair may help."""


class SignalRow(Record, frozen=True):
    """One signal as a proposer sees it; `previous_NAME` is implied and not listed."""

    name: str
    sentence: str
    unit: str = ""
    shape: tuple[int, ...] = ()
    """Of one row: () is an array (N,), (3,) is an array (N, 3)."""
    low: float | None = None
    high: float | None = None
    change: float | None = None
    """How much it changes in one step, the median of what was recorded."""


class ActionRow(Record, frozen=True):
    """What the policy decides: one of `count` integers, or numbers between `low` and `high`."""

    sentence: str = ""
    count: int | None = None
    shape: tuple[int, ...] = ()
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


class ParentView(Record, frozen=True):
    """A parent with what is known of it."""

    candidate: Candidate
    score: str = ""
    """In words, with its interval."""
    diagnosis: str = ""
    advice: tuple[str, ...] = ()
    """For each component whether to keep, rescale, rewrite or drop it, and why."""
    actions: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    """The same in one word by component: keep, smaller, larger, rewrite or drop."""
    fitness: float | None = None
    """The score's value; None where training failed."""
    analysis: tuple[str, ...] = ()
    """What a model that read its numbers said of it, a line each."""
    ahead: tuple[str, ...] = ()
    """In what it is ahead of the other parents, in words."""
    comparisons: tuple[str, ...] = ()
    """What was said where its behaviour was compared with another's, a line each."""


class ProposalRequest(Record, frozen=True):
    """Everything that a proposer may know when it writes one candidate."""

    key: str
    """`gGG-cNN`, or `gGG-cNN-rN` for the Nth repair: the candidate's id to be."""
    operator: str
    """initial, mutate, crossover or repair."""
    generation: int
    index: int
    seed: int
    words: str
    """The task."""
    signals: tuple[SignalRow, ...]
    action: ActionRow = ActionRow()
    time_limit: int | None = None
    """Steps after which the simulator truncates an episode."""
    ends_early: bool = True
    """Whether recorded episodes ended before the time limit."""
    description: str = ""
    """What the environment's author says of it."""
    reference: tuple[str, ...] = ()
    """What policies that know nothing reach by the task's measure, a line each."""
    history: tuple[str, ...] = ()
    """What else was tried in this run, a line each, the best first."""
    parents: tuple[ParentView, ...] = ()
    notes: tuple[str, ...] = ()
    """A person's feedback, verbatim."""
    source: str = ""
    """For a repair: what was rejected (an answer without code: the answer)."""
    reasons: tuple[Reason, ...] = ()
    """For a repair: why."""
    temperature: float | None = None
    measured: bool = True
    """Whether the task has a fitness; behaviours are compared otherwise."""
    secrets: Secrets | None = None
    """What the prompt may not hold; looked for in it, never rendered."""


class Proposal(Record, frozen=True):
    """What a proposer wrote for one request; `failure` where it is no candidate."""

    source: str = ""
    thought: str = ""
    operator: str = ""
    parents: tuple[str, ...] = ()
    tree: dict[str, Any] | None = None
    failure: Reason | None = None


Emit = Callable[[str, tuple[Message, ...], Completion], None]
"""Called as `emit(key, messages, completion)` with a verbatim answer before anything is done
with it, in the thread that iterates over `propose`."""


class Proposer(Protocol):
    """Writes candidates."""

    @property
    def name(self) -> str:
        """llm, composer, replay or manual."""
        ...

    def propose(
        self, requests: Sequence[ProposalRequest], emit: Emit
    ) -> Iterator[tuple[str, Proposal]]:
        """One (key, proposal) for each request, in the order in which they come to be.

        Raises ProviderError where the service refuses or answers none of the requests,
        BudgetExhausted at a limit, UsageError where no answer can be had at all.
        """
        ...


@runtime_checkable
class LearningProposer(Proposer, Protocol):
    """A proposer that the results of training teach."""

    def learn(self, candidate: Candidate, score: float | None) -> None:
        """Called once a candidate, in the order of keys, after its generation has trained."""
        ...
