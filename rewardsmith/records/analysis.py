"""What is said of candidates: by the analyzer, by a person, by whoever compares."""

from __future__ import annotations

import msgspec

from rewardsmith.records.base import Record


class Finding(Record, frozen=True):
    """One named diagnosis with its evidence."""

    name: str
    sentence: str
    severity: float = 0.0
    """0 to 1, the order in which findings are told."""


class Diagnosis(Record, frozen=True):
    """What happened when a candidate was trained: findings, the most telling first."""

    candidate: str
    findings: tuple[Finding, ...] = ()
    text: str = ""
    """The numbers, as they stand in the prompt and in `show`."""
    policies: int = 0
    """How many trained policies it is of; 0 where an earlier version wrote it."""


class Analysis(Record, frozen=True):
    """What a model made of a candidate's numbers, where asked to."""

    candidate: str
    failures: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()


class Feedback(Record, frozen=True):
    """What a person said between two generations."""

    generation: int
    notes: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    """By candidate id; `*` is a note on all."""
    ranking: tuple[str, ...] = ()
    """Candidate ids, the best first."""
    rejected: tuple[str, ...] = ()
    stop: bool = False


class Preference(Record, frozen=True):
    """One comparison of what two policies did, by one judge."""

    key: str
    """`STAGE-SOURCE-pNN`; a model's two answers are completions `KEY-a` and `KEY-b`."""
    stage: str
    """`gGG`, `gGG-elites`, `confirmation` or `report`."""
    source: str
    """Who judged: rank, model or person."""
    round: int
    """Those of a round were planned from what was known before it."""
    first: str
    """Reward id of what stood first; its seed follows."""
    first_seed: int
    second: str
    second_seed: int
    won: float | None = None
    """By the first: 1, 0, 1/2 for no preference; None where there is no usable answer."""
    words: tuple[str, ...] = ()
    """Why, as the judge said it."""
    closes: bool = False
    """The judge wants no more comparisons in this stage."""
