"""Spend: what a run has used of tokens, money, simulation and time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rewardsmith.records import Completion, RewardTrained

if TYPE_CHECKING:
    from rewardsmith.archive.fold import Archive

SELECTION = ("selection", "retune")
"""The purposes whose trainings make up a search's own budget."""


@dataclass(frozen=True, slots=True)
class Spend:
    """What a run has used; not part of the canonical archive."""

    completions: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    uncounted: int = 0
    """Completions whose tokens the provider did not tell."""
    known_price: float = 0.0
    """US dollars, of the completions with a price."""
    unpriced: int = 0
    """Completions without a known price."""
    steps: int = 0
    """Environment steps of all trained members."""
    job_seconds: Mapping[str, float] = field(default_factory=dict[str, float])
    """Wall-clock of each training job."""

    @property
    def price(self) -> float | None:
        """US dollars; None where a completion's price is unknown."""
        return None if self.unpriced else self.known_price

    @property
    def seconds(self) -> float:
        """Wall-clock of all trainings."""
        return sum(self.job_seconds.values())

    def with_completion(self, answer: Completion) -> Spend:
        """The spend after one more answer of a model."""
        tokens = (answer.prompt_tokens, answer.completion_tokens)
        return replace(
            self,
            completions=self.completions + 1,
            prompt_tokens=self.prompt_tokens + (tokens[0] or 0),
            completion_tokens=self.completion_tokens + (tokens[1] or 0),
            uncounted=self.uncounted + (None in tokens),
            known_price=self.known_price + (answer.price or 0.0),
            unpriced=self.unpriced + (answer.price is None),
        )

    def with_training(self, event: RewardTrained) -> Spend:
        """The spend after one more reward was trained."""
        seconds = max(event.seconds, self.job_seconds.get(event.job, 0.0))
        return replace(
            self,
            steps=self.steps + sum(member.steps for member in event.result.members),
            job_seconds={**self.job_seconds, event.job: seconds},
        )


def paid_steps(archive: Archive) -> int:
    """Environment steps that selection took, retuning included, a twin's only once."""
    return sum(
        member.steps
        for (name, purpose), result in archive.results.items()
        if purpose in SELECTION and name not in archive.twins
        for member in result.members
    )


def first_steps(archive: Archive, seeds: int) -> float | None:
    """Mean environment steps of the first generation's candidates with their first `seeds` seeds.

    That is what a proposal costs, racing and all; None where none of them was trained.
    """
    costs = [
        sum(member.steps for member in archive.results[name, "selection"].members[:seeds])
        for name, candidate in archive.candidates.items()
        if candidate.generation == 0
        and name not in archive.twins
        and (name, "selection") in archive.results
    ]
    return sum(costs) / len(costs) if sum(costs) else None
