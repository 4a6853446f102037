"""Findings about the events that a task declares: when, how often, in which episodes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from rewardsmith.analyzer.endings import paid
from rewardsmith.analyzer.evidence import EpisodeRows, Evidence, finding, number, signed
from rewardsmith.records import Finding

MOSTLY = 0.5
"""Share of the episodes in which an event comes to stay, from which it is told."""
STAYS = 0.5
"""Part of the steps after an event on which it holds, from which it has come to stay."""
SLOWER = 0.5
"""Fitness a step after the event, as part of that before, up to which it did harm."""


def event_findings(evidence: Evidence) -> Iterator[Finding]:
    """Events that come to stay and after which little or nothing is gained."""
    if evidence.solved:
        return
    for name in evidence.facts.events:
        stayed = [(e, begin) for e in evidence.rows if (begin := _stays_from(e, name)) is not None]
        if not stayed or len(stayed) < MOSTLY * len(evidence.rows):
            continue
        before, after = _fitness_around(stayed)
        if evidence.failing or (before > 0 and after <= SLOWER * before):
            yield _told(name, stayed, evidence, (before, after))


def event_lines(evidence: Evidence) -> list[str]:
    """Every event that happened: in how many episodes, when first, on how many steps."""
    told: list[str] = []
    for name in evidence.facts.events:
        first = [int(np.argmax(e.events[name])) for e in evidence.rows if e.events[name].any()]
        if first:
            steps = np.concatenate([e.events[name] for e in evidence.rows])
            told.append(
                f"{name} in {len(first)} of {len(evidence.rows)} recorded episodes (first at step "
                f"{np.median(first):.0f} in the median, {steps.mean():.0%} of all steps)"
            )
    return [f"Events: {'; '.join(told)}."] if told else []


def _stays_from(episode: EpisodeRows, name: str) -> int | None:
    """The step of an event that then holds for most of the rest, and does not end the episode."""
    holds = episode.events[name]
    if not holds.any():
        return None
    begin = int(np.argmax(holds))
    rest = holds[begin:]
    return begin if len(rest) > 1 and rest.mean() >= STAYS else None


def _fitness_around(stayed: Sequence[tuple[EpisodeRows, int]]) -> tuple[float, float]:
    """Mean fitness of a step before and after the event; 0 where there is none."""
    known = [(e.arrays["fitness"], begin) for e, begin in stayed if "fitness" in e.arrays]
    before = [fitness[:begin] for fitness, begin in known]
    after = [fitness[begin:] for fitness, begin in known]
    means = (np.concatenate([*part, np.zeros(0)]) for part in (before, after))
    first, last = (float(part.mean()) if part.size else 0.0 for part in means)
    return first, last


def _told(
    name: str,
    stayed: Sequence[tuple[EpisodeRows, int]],
    evidence: Evidence,
    around: tuple[float, float],
) -> Finding:
    episode, begin = min(stayed, key=lambda pair: (pair[1], pair[0].seed, pair[0].number))
    share = float(episode.events[name][begin:].mean())
    return finding(
        name,
        0.66,
        f"{len(stayed)} of {len(evidence.rows)} recorded episodes get into {name} and stay there: "
        f"{episode.place} from step {begin} on ({share:.0%} of the steps to its end at "
        f"{episode.length}); the task score of a step is {signed(around[0])} before and "
        f"{number(around[1])} after.{paid(evidence, [e.after(step) for e, step in stayed])}",
    )
