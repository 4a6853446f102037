"""Findings about the events that a task declares: when, how often, in which episodes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from rewardsmith.analyzer.endings import paid
from rewardsmith.analyzer.episodes import EpisodeRows
from rewardsmith.analyzer.evidence import Evidence, finding, number, signed
from rewardsmith.records import Finding

MOSTLY = 0.5
"""Share of the episodes in which an event comes to stay, from which it is told."""
STAYS = 0.5
"""Part of the steps after an event on which it holds, from which it has come to stay."""
SLOWER = 0.5
"""Fitness a step after the event, as part of that before, up to which it did harm."""
HAPPENS, ENDS = 0.4, 0.6
"""Severity of an event that comes and goes, and of one with which episodes end."""


def event_findings(evidence: Evidence) -> Iterator[Finding]:
    """Events that come to stay and after which little or nothing is gained.

    Where there is no fitness every event that happened.
    """
    if evidence.solved:
        return
    if not evidence.facts.measured:
        yield from _all_that_happened(evidence)
        return
    for name in evidence.facts.events:
        stayed = [(e, begin) for e in evidence.rows if (begin := _stays_from(e, name)) is not None]
        if not stayed or len(stayed) < MOSTLY * len(evidence.rows):
            continue
        before, after = _fitness_around(stayed)
        if evidence.failing or (before > 0 and after <= SLOWER * before):
            yield _told(name, stayed, evidence, (before, after))


def _all_that_happened(evidence: Evidence) -> Iterator[Finding]:
    """Each event that came to stay or came at all, with its first episode; without a judgement."""
    for name in evidence.facts.events:
        stayed = [(e, begin) for e in evidence.rows if (begin := _stays_from(e, name)) is not None]
        if stayed and len(stayed) >= MOSTLY * len(evidence.rows):
            yield _told(name, stayed, evidence, None)
        elif any(e.holds(name).any() for e in evidence.rows):
            yield _happens(name, evidence)


def _happens(name: str, evidence: Evidence) -> Finding:
    """How often an event is there, where first, and whether episodes end with it."""
    known = [e for e in evidence.rows if e.holds(name).any()]
    first = {id(e): int(np.argmax(e.holds(name))) for e in known}
    quoted = min(known, key=lambda e: (first[id(e)], e.seed, e.number))
    steps = np.concatenate([e.holds(name) for e in evidence.rows])
    ended = [e for e in known if e.holds(name)[-1] and e.terminated]
    ends = f" {len(ended)} of them ended with it." if ended else ""
    return finding(
        name,
        ENDS if len(ended) >= MOSTLY * len(evidence.rows) else HAPPENS,
        f"{len(known)} of {len(evidence.rows)} recorded episodes have {name}, on "
        f"{steps.mean():.0%} of all steps: {quoted.place} first at step {first[id(quoted)]} of "
        f"{quoted.length}, in the median at step {np.median(list(first.values())):.0f}.{ends}",
    )


def event_lines(evidence: Evidence) -> list[str]:
    """Every event that happened: in how many episodes, when first, on how many steps.

    Where there is no fitness those that never did, too: one of them may be the aim.
    """
    told: list[str] = []
    for name in evidence.facts.events:
        first = [int(np.argmax(e.holds(name))) for e in evidence.rows if e.holds(name).any()]
        if first:
            steps = np.concatenate([e.holds(name) for e in evidence.rows])
            told.append(
                f"{name} in {len(first)} of {len(evidence.rows)} recorded episodes (first at step "
                f"{np.median(first):.0f} in the median, {steps.mean():.0%} of all steps)"
            )
    lines = [f"Events: {'; '.join(told)}."] if told else []
    never = [n for n in evidence.facts.events if _never(n, evidence)]
    if never and not evidence.facts.measured:
        lines.append(f"Events that never happened: {', '.join(never)}.")
    return lines


def _never(name: str, evidence: Evidence) -> bool:
    """Whether an event could have been told in every recorded episode, and was in none."""
    known = [e.events[name] for e in evidence.rows if name in e.events]
    return 0 < len(known) == len(evidence.rows) and not any(holds.any() for holds in known)


def _stays_from(episode: EpisodeRows, name: str) -> int | None:
    """The step of an event that then holds for most of the rest, and does not end the episode."""
    holds = episode.holds(name)
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
    around: tuple[float, float] | None,
) -> Finding:
    episode, begin = min(stayed, key=lambda pair: (pair[1], pair[0].seed, pair[0].number))
    share = float(episode.holds(name)[begin:].mean())
    gain = ""
    if around is not None:
        before, after = signed(around[0]), number(around[1])
        gain = f"; the task score of a step is {before} before and {after} after"
    return finding(
        name,
        0.66,
        f"{len(stayed)} of {len(evidence.rows)} recorded episodes get into {name} and stay there: "
        f"{episode.place} from step {begin} on ({share:.0%} of the steps to its end at "
        f"{episode.length}){gain}.{paid(evidence, [e.after(step) for e, step in stayed])}",
    )
