"""Findings about what comes near success and does not reach it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from rewardsmith.analyzer.endings import MOSTLY, NEAR, paid
from rewardsmith.analyzer.episodes import Array, EpisodeRows
from rewardsmith.analyzer.evidence import Evidence, finding, number
from rewardsmith.analyzer.facts import goal_of, near_goal
from rewardsmith.records import Finding

HOVER_SHARE = 0.3
"""Share of the episodes that hover from which it is told: the rest never came near."""


def hovering_findings(evidence: Evidence) -> Iterator[Finding]:
    """Near success for long, without finishing."""
    success = evidence.facts.success
    if success is None or evidence.solved:
        return
    missed = [e for e in evidence.rows if not e.succeeded(success) and not e.terminated]
    goal = dict(evidence.facts.goal) or _own_goal(evidence, success)
    near = [(e, _near_rows(e, goal, evidence)) for e in missed] if goal else []
    stayed = [(e, rows) for e, rows in near if rows[e.length // 2 :].mean() >= MOSTLY]
    came = [(e, rows) for e, rows in near if rows.any()]
    if stayed and len(stayed) >= HOVER_SHARE * len(evidence.rows):
        told = f"{len(stayed)} of {len(evidence.rows)} recorded episodes hover near success"
        sentence = f"{told} without reaching it: {_nearness(stayed, goal)}."
        yield finding("hovering", 0.78, sentence + paid(evidence, [e for e, _ in stayed]))
    elif came and len(came) >= MOSTLY * len(evidence.rows):
        told = f"{len(came)} of {len(evidence.rows)} recorded episodes come near success"
        sentence = f"{told} and leave again: {_nearness(came, goal)}."
        yield finding("came_near", 0.45, sentence + paid(evidence, [e for e, _ in came]))
    elif success > 0:
        yield from _nearly(evidence, success)


def _nearness(
    near: Sequence[tuple[EpisodeRows, Array]], goal: Mapping[str, tuple[float, float]]
) -> str:
    """Where and when the longest stay was, with the signals' values."""
    episode, rows = max(near, key=lambda pair: float(pair[1].mean()))
    steps = np.flatnonzero(rows)
    told = ", ".join(
        f"{name} between {number(float(episode.scalars[name][steps].min()))} and "
        f"{number(float(episode.scalars[name][steps].max()))} "
        f"(success: {number(low)} to {number(high)})"
        for name, (low, high) in goal.items()
    )
    return f"{episode.place}, {len(steps)} of the steps {steps[0]} to {steps[-1]}, {told}"


def _nearly(evidence: Evidence, success: float) -> Iterator[Finding]:
    """The fitness itself stays just under success."""
    near = [e for e in evidence.episodes if NEAR * success <= e.fitness < success]
    if near and len(near) >= MOSTLY * len(evidence.episodes):
        best = max(e.fitness for e in near)
        yield finding(
            "hovering",
            0.72,
            f"{len(near)} of {len(evidence.episodes)} episodes came within "
            f"{1 - NEAR:.0%} of success ({number(success)}) and none of those reached it; "
            f"the best had {number(best)}." + paid(evidence),
        )


def _own_goal(evidence: Evidence, success: float) -> dict[str, tuple[float, float]]:
    """Where this candidate's own successes ended."""
    ends = [e.scalars for e in evidence.rows if e.succeeded(success)]
    if not ends:
        return {}
    return goal_of(
        {name: np.array([e[name][-1] for e in ends]) for name in ends[0]}, evidence.facts.ranges
    )


def _near_rows(
    episode: EpisodeRows, goal: dict[str, tuple[float, float]], evidence: Evidence
) -> Array:
    """On which steps every signal of the goal lies near its values, (length,) of bool."""
    if not set(goal) <= set(episode.scalars):
        return np.zeros(episode.length, dtype=bool)
    return near_goal(episode.scalars, goal, evidence.facts.ranges)
