"""Within an episode: where its fitness was gained and lost, and what was paid meanwhile."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np

from rewardsmith.analyzer.endings import MOSTLY, paid
from rewardsmith.analyzer.episodes import Array, EpisodeRows
from rewardsmith.analyzer.evidence import Evidence, finding, number, signed
from rewardsmith.environments import REDUCTIONS
from rewardsmith.records import Finding

QUARTERS = 4
"""Parts of an episode in which its fitness is told."""
STRETCH = 20
"""An episode is this many stretches long: the best and the worst of all are told."""
LOST = 0.3
"""Part of what an episode gained whose loss is told."""
MOST_OF_IT = 0.3
"""Part of all fitness gained and lost in an episode that has to be gained by its best step."""
ADDED = frozenset({"sum", "mean"})
"""How the fitness of steps becomes an episode's where what is gained can be lost again."""
_EPISODE = re.compile(r"episode \d")


def within_findings(evidence: Evidence) -> Iterator[Finding]:
    """Gained, then lost: in most episodes much of the fitness that was there goes again.

    Not told of less than a part of what the best simple policies have.
    """
    if evidence.solved or evidence.facts.reduce not in ADDED:
        return
    worth = LOST * abs(evidence.facts.simple or 0.0)
    lost = [(e, at) for e in _with_fitness(evidence) if (at := _lost_from(e)) is not None]
    lost = [(e, at) for e, at in lost if _reduced(e, at, evidence) >= worth]
    if not lost or len(lost) < MOSTLY * len(evidence.rows):
        return
    episode, at = max(lost, key=lambda pair: _fall(pair[0], pair[1]))
    sums = np.cumsum(episode.arrays["fitness"])
    yield finding(
        "gained_then_lost",
        0.62,
        f"{len(lost)} of {len(evidence.rows)} recorded episodes lose what they gained: "
        f"{episode.place}, the task score of its steps adds up to {signed(float(sums[at]))} by "
        f"step {at} and to {signed(float(sums[-1]))} by its end at {episode.length}."
        + paid(evidence, [e.after(step + 1) for e, step in lost]),
    )


def quoted(found: Iterable[Finding], evidence: Evidence) -> Iterator[Finding]:
    """The findings; those that name no episode with the one of median return as an example."""
    known = sorted(
        (e for e in evidence.rows if "total" in e.arrays),
        key=lambda e: (float(e.arrays["total"].sum()), e.seed, e.number),
    )
    example = ""
    if known:
        median = known[len(known) // 2]
        told = f"return {number(float(median.arrays['total'].sum()))}"
        if evidence.facts.measured and median.record is not None:
            told += f", task score {number(median.record.fitness)}"
        example = f" For example {median.place}, steps 0 to {median.length - 1}: {told}."
    for one in found:
        if _EPISODE.search(one.sentence):
            yield one
        else:
            yield finding(one.name, one.severity, one.sentence + example)


def along_episode(evidence: Evidence) -> list[str]:
    """Where along the episodes fitness was gained and lost, as lines.

    By quarters, each scored as an episode is, with the lowest and the highest of single episodes;
    and the stretches that gained and lost most.
    """
    reduction = REDUCTIONS[evidence.facts.reduce]
    known = [e for e in _with_fitness(evidence) if e.length >= QUARTERS]
    cut = [np.array_split(e.arrays["fitness"].astype(np.float64), QUARTERS) for e in known]
    parts = np.array([[reduction(part) for part in parts] for parts in cut])
    if not parts.size or not parts.any():
        return []
    told = [signed(float(value)) for value in parts.mean(axis=0)]
    ends = zip(parts.min(axis=0), parts.max(axis=0), strict=True)
    if len(known) > 1:
        spans = [f"{number(float(low))} to {number(float(high))}" for low, high in ends]
        told = [f"{mean} ({span})" for mean, span in zip(told, spans, strict=True)]
    who = " (lowest to highest episode)" if len(known) > 1 else ""
    lines = [f"Task score by quarter of the episode{who}: {', '.join(told)}."]
    return lines + _stretches(known, evidence)


def _stretches(episodes: Sequence[EpisodeRows], evidence: Evidence) -> list[str]:
    """The stretch with the most fitness and, where some is negative, the one with the least."""
    found: list[tuple[float, EpisodeRows, int, int]] = []
    for episode in episodes:
        edges = np.linspace(0, episode.length, min(STRETCH, episode.length) + 1).astype(np.int64)
        for begin, end in pairwise(edges):
            mean = float(episode.arrays["fitness"][begin:end].mean())
            found.append((mean, episode, int(begin), int(end)))
    best = max(found, key=lambda one: one[0])
    worst = min(found, key=lambda one: one[0])
    told = [("Most is gained", best)] if best[0] > 0 else []
    told += [("most is lost", worst)] if worst[0] < 0 else []
    if not told or best[0] == worst[0]:
        return []
    text = "; ".join(f"{what} {_stretch(stretch, evidence)}" for what, stretch in told)
    return [f"{text[0].upper()}{text[1:]}."]


def _stretch(stretch: tuple[float, EpisodeRows, int, int], evidence: Evidence) -> str:
    mean, episode, begin, end = stretch
    paid_most = _largest(episode, begin, end, evidence)
    return (
        f"in {episode.place}, steps {begin} to {end - 1} (task score {signed(mean)} a "
        f"step{paid_most})"
    )


def _largest(episode: EpisodeRows, begin: int, end: int, evidence: Evidence) -> str:
    """The component that paid or cost most there."""
    means = {
        name: float(episode.arrays[f"component_{name}"][begin:end].mean())
        for name in evidence.components
        if f"component_{name}" in episode.arrays
    }
    name = max(means, key=lambda key: (abs(means[key]), key), default=None)
    return "" if name is None else f", {name} {signed(means[name])}"


def _with_fitness(evidence: Evidence) -> list[EpisodeRows]:
    return [e for e in evidence.rows if "fitness" in e.arrays]


def _lost_from(episode: EpisodeRows) -> int | None:
    """The step of the highest sum so far, where LOST of it is gone by the end.

    What goes to and fro gains and loses all along: a way up is MOST_OF_IT of all that it moved.
    """
    fitness = episode.arrays["fitness"].astype(np.float64)
    sums: Array = np.cumsum(fitness)
    at = int(np.argmax(sums))
    gained, lost = float(sums[at]), float(sums[at] - sums[-1])
    moved = float(np.abs(fitness).sum())
    return at if gained >= MOST_OF_IT * moved > 0 and lost >= LOST * gained else None


def _reduced(episode: EpisodeRows, at: int, evidence: Evidence) -> float:
    """The task score of the episode up to a step."""
    return REDUCTIONS[evidence.facts.reduce](episode.arrays["fitness"][: at + 1].astype(np.float64))


def _fall(episode: EpisodeRows, at: int) -> float:
    sums = np.cumsum(episode.arrays["fitness"], dtype=np.float64)
    return float(sums[at] - sums[-1])
