"""The analyst: a model reads what was measured of a candidate and says what failed, and what next.

After the trajectory analyzer of Auto MC-Reward (Li et al., 2024), on facts that are already
numbers: it sees what a proposer sees of a parent, and what it says stands in the next prompts.
"""

from __future__ import annotations

from typing import Any

from rewardsmith.llm import objects_in, plain
from rewardsmith.records import Analysis

SUFFIX = "-analyst"
"""Of the key of its answer, behind the candidate's id."""
MOST_LINES = 4
"""Failures, and suggestions, that are kept."""


def analysis_in(answer: str, candidate: str) -> Analysis:
    """What an answer says; empty where it holds nothing of the form that was asked for."""
    found: dict[str, Any] = {}
    for one in objects_in(answer):
        if "failures" in one or "suggestions" in one:
            found = one
    return Analysis(
        candidate=candidate,
        failures=_lines(found.get("failures")),
        suggestions=_lines(found.get("suggestions")),
    )


def _lines(value: Any) -> tuple[str, ...]:
    """The sentences of a list, plain and short."""
    told = [plain(line) for line in value] if isinstance(value, list) else [plain(value)]
    return tuple(line for line in told if line)[:MOST_LINES]
