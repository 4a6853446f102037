"""Findings about what was done: ends, falls, bounds.

Where no fitness says what it is worth they are facts with their evidence and no judgement: an end
may be a fall or what the task asks for.  Where one does, they are told of what is far from done.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rewardsmith.analyzer.endings import (
    EARLY,
    ENOUGH,
    MOSTLY,
    last_moments,
    living_costs,
    paid,
    paid_at_ends,
    what_ended,
)
from rewardsmith.analyzer.episodes import Array, EpisodeRows
from rewardsmith.analyzer.evidence import Evidence, finding, number
from rewardsmith.analyzer.standing import ended_against_lasted
from rewardsmith.records import Finding

SOME = 0.2
"""Share of the recorded episodes from which a thing is told that happens in them."""
RARER = 0.7
"""Part of its severity that is left to what happens in fewer than half of them."""
FALLEN = 0.5
"""Part of the way from its start to the bank's lowest, from which a height has fallen."""
STAYS = 0.5
"""Part of the steps after a fall on which it holds, from which the agent stays down."""
HIGH_ABOVE = 0.1
"""Part of its range by which a height starts above the lowest, or it cannot fall."""
OUTSIDE = 0.01
"""Part of the way between declared bounds by which they have to be left."""
NEXT = 0.01
"""By how much what an early end was stands behind the early end."""
MOST_TOLD = 2
"""Signals that are told of one kind."""
_HEIGHT = re.compile(r"(^|_)(height|altitude|upright[a-z]*)(_|$)")


@dataclass(frozen=True, slots=True)
class Crossing:
    """A signal that lies, where episodes end, beyond all that it was on every other step."""

    name: str
    low: float
    high: float
    """Between these it was on all other recorded steps."""
    below: int
    above: int
    """Ends beyond either of them."""

    @property
    def words(self) -> str:
        """`torso_height was below 0.7`."""
        sides = [f"below {number(self.low)}"] if self.below else []
        sides += [f"above {number(self.high)}"] if self.above else []
        return f"{self.name} was {' or '.join(sides)}"


def conduct_findings(evidence: Evidence) -> Iterator[Finding]:
    """How episodes end and when, who fell, what left its bounds."""
    if not evidence.episodes:
        return
    crossings = crossed_at_ends(evidence)
    yield from _ends(evidence, crossings)
    yield from _fell(evidence)
    yield from _out_of_bounds(evidence, crossings)


def failing_conduct(evidence: Evidence) -> Iterator[Finding]:
    """Who fell and what left its bounds where the task is far from done and episodes go on."""
    lasted = tuple(e for e in evidence.rows if not e.terminated)
    if not evidence.failing or len(lasted) < MOSTLY * len(evidence.rows):
        return
    yield from _fell(evidence)
    yield from _out_of_bounds(evidence, ())


def ended_conduct(evidence: Evidence, early: Finding) -> Iterator[Finding]:
    """What the early ends were, told behind them: an event, a fall, or bounds that were left.

    One of these: the event that held at most of them, else a height below all that it was on
    other steps, or that had fallen, else a signal beyond its declared bounds or beyond all else
    on both sides.
    """
    ended = [e for e in evidence.rows if e.terminated]
    severity = early.severity - NEXT
    names = {name: sum(bool(e.holds(name)[-1]) for e in ended) for name in evidence.facts.events}
    event = max(names, key=lambda name: names[name], default=None)
    if event is not None and names[event] >= MOSTLY * len(ended) > 0:
        how = f"{names[event]} of {len(ended)} recorded early ends are {event}"
        yield _ended_by(event, how, severity, evidence, ended)
        return
    crossings = crossed_at_ends(evidence)
    low = [c for c in crossings if is_height(c.name) and c.below >= MOSTLY * len(ended)]
    both = [c for c in crossings if c.below and c.above]
    if low or both:
        name, at = ("fell", low[0]) if low else ("out_of_bounds", both[0])
        how = f"At {at.below + at.above} of {len(ended)} recorded early ends {at.words}"
        yield _ended_by(name, how, severity, evidence, ended)
        return
    for one in (*_fell(evidence), *_out_of_bounds(evidence, ())):
        yield finding(one.name, min(severity, one.severity), one.sentence)
        return


def _ended_by(
    name: str, how: str, severity: float, evidence: Evidence, ended: Sequence[EpisodeRows]
) -> Finding:
    """What most early ends were, with one of them and what paid for it."""
    episode = min(ended, key=lambda e: (e.length, e.seed, e.number))
    told = f"{how}: {episode.place}, at its last step {episode.length}."
    return finding(name, severity, told + paid_at_ends(evidence, ended))


def _ends(evidence: Evidence, crossings: Sequence[Crossing]) -> Iterator[Finding]:
    """What part of the episodes the simulator ended, when, and in what state."""
    limit, count = evidence.limit, len(evidence.episodes)
    lengths = [e.length for e in evidence.episodes if e.terminated]
    if not lengths:
        to = "" if limit is None else f" ({limit} steps)"
        told = f"All {count} episodes lasted to the time limit{to}: the simulator ended none."
        yield finding("lasts", 0.2, told)
        return
    median, share = float(np.median(lengths)), len(lengths) / count
    rows = [e for e in evidence.rows if e.terminated]
    of = "" if limit is None else f" of {limit}"
    sentence = (
        f"{len(lengths)} of {count} episodes were ended by the simulator, at a median of step "
        f"{median:.0f}{of}, the first at {min(lengths)}, the last at {max(lengths)}."
    )
    early = limit is None or median < EARLY * limit
    shortness = 1.0 if limit is None else 1 - median / limit
    yield finding(
        "ends_early" if early else "ends",
        (0.5 + 0.2 * shortness) * (1.0 if share >= MOSTLY else RARER),
        sentence
        + what_ended(rows)
        + _at_the_ends(crossings, rows)
        + last_moments(rows)
        + ended_against_lasted(evidence),
    )
    if share >= MOSTLY:
        yield from living_costs(evidence, rows, median)


def _at_the_ends(crossings: Sequence[Crossing], rows: Sequence[EpisodeRows]) -> str:
    """Which signals tell these ends from all other steps, as sentences; may be empty."""
    return "".join(
        f" In {c.below + c.above} of these {len(rows)} recorded ends, and on no other recorded "
        f"step, {c.words}."
        for c in crossings[:MOST_TOLD]
    )


def crossed_at_ends(evidence: Evidence) -> list[Crossing]:
    """The signals beyond all else where most episodes end that the simulator ended.

    Heights first, then those that are left on both sides: a place that is only reached at the end
    (how far a runner came) tells less of why it ended.
    """
    ended = [e for e in evidence.rows if e.terminated]
    if len(ended) < ENOUGH:
        return []
    found = [c for name in ended[0].scalars if (c := _crossing(name, ended, evidence)) is not None]
    most = [c for c in found if c.below + c.above >= MOSTLY * len(ended)]
    return sorted(most, key=lambda c: (not is_height(c.name), not (c.below and c.above)))


def _crossing(name: str, ended: Sequence[EpisodeRows], evidence: Evidence) -> Crossing | None:
    if any(name not in e.scalars for e in evidence.rows):
        return None
    others = [e.scalars[name][:-1] if e.terminated else e.scalars[name] for e in evidence.rows]
    known = np.concatenate(others)
    if not known.size:
        return None
    low, high = float(known.min()), float(known.max())
    room = 1e-6 * (high - low)
    ends = np.array([e.scalars[name][-1] for e in ended])
    return Crossing(
        name, low, high, int((ends < low - room).sum()), int((ends > high + room).sum())
    )


def is_height(name: str) -> bool:
    """Whether a signal's name says that it tells how high or how upright something is."""
    return _HEIGHT.search(name.partition("[")[0]) is not None


def _fell(evidence: Evidence) -> Iterator[Finding]:
    """A height, or how upright something is, that goes down and stays down."""
    if not evidence.rows:
        return
    for name in filter(is_height, evidence.rows[0].scalars):
        falls = [(e, at) for e in evidence.rows if (at := _fallen_from(e, name, evidence))]
        share = len(falls) / len(evidence.rows)
        if share < SOME:
            continue
        episode, at = min(falls, key=lambda pair: (pair[1], pair[0].seed, pair[0].number))
        values = episode.scalars[name]
        yield finding(
            "fell",
            0.67 * (1.0 if share >= MOSTLY else RARER),
            f"{len(falls)} of {len(evidence.rows)} recorded episodes fall and stay down: "
            f"{episode.place}, {name} goes from {number(float(values[0]))} to "
            f"{number(float(values[at]))} at step {at} and is {number(float(values[-1]))} at the "
            f"end (step {episode.length})." + paid(evidence, [e.after(step) for e, step in falls]),
        )
        return


def _fallen_from(episode: EpisodeRows, name: str, evidence: Evidence) -> int | None:
    """The step from which a height is down for good; None where it starts low or does not fall."""
    width, values = evidence.width(name), episode.scalars.get(name)
    if width is None or values is None:
        return None
    lowest = np.asarray(evidence.facts.ranges[name.partition("[")[0]][0]).reshape(-1)
    floor = float(lowest[0]) if lowest.size == 1 else float(values.min())
    above = float(values[0]) - floor
    if above < HIGH_ABOVE * width:
        return None
    down = values[0] - values >= FALLEN * above
    if not down[-1]:
        return None
    first = int(np.argmax(down))
    return first if down[first:].mean() >= STAYS else None


def _out_of_bounds(evidence: Evidence, crossings: Sequence[Crossing]) -> Iterator[Finding]:
    """Declared bounds of a signal that are left; or bounds on both sides that end episodes."""
    known = [(name, _outside(name, evidence)) for name in _bounded(evidence)]
    left = [(name, found) for name, found in known if len(found) >= SOME * len(evidence.rows)]
    left = [(name, found) for name, found in left if found]
    if not left:
        both = [c for c in crossings if c.below and c.above]
        if both:
            yield finding(
                "out_of_bounds",
                0.6,
                f"Episodes end where {both[0].words}: {both[0].below} of the recorded ends lie "
                f"below, {both[0].above} above, and no other recorded step does either.",
            )
        return
    left.sort(key=lambda pair: -len(pair[1]))
    most = len(left[0][1]) / len(evidence.rows)
    told = "; ".join(_left_words(name, found, evidence) for name, found in left[:MOST_TOLD])
    told += f".{paid(evidence, [e.after(int(steps[0])) for e, steps in left[0][1]])}"
    yield finding("out_of_bounds", 0.6 * (1.0 if most >= MOSTLY else RARER), told)


def _bounded(evidence: Evidence) -> list[str]:
    """The scalars that have a declared bound."""
    names = evidence.rows[0].scalars if evidence.rows else {}
    return [name for name in names if name.partition("[")[0] in evidence.facts.bounds]


def _outside(name: str, evidence: Evidence) -> list[tuple[EpisodeRows, Array]]:
    """The episodes that leave a signal's declared bounds, with their steps out there, (steps,)."""
    low, high = evidence.facts.bounds[name.partition("[")[0]]
    known = [abs(end) for end in (low, high) if end is not None]
    room = OUTSIDE * (high - low if low is not None and high is not None else max(1.0, *known))
    found: list[tuple[EpisodeRows, Array]] = []
    for episode in evidence.rows:
        values = episode.scalars.get(name, np.zeros(0))
        out = np.zeros(len(values), dtype=np.bool_)
        if low is not None:
            out |= values < low - room
        if high is not None:
            out |= values > high + room
        if out.any():
            found.append((episode, np.flatnonzero(out)))
    return found


def _left_words(name: str, found: Sequence[tuple[EpisodeRows, Array]], evidence: Evidence) -> str:
    """How many episodes leave a signal's bounds, and one of them."""
    low, high = evidence.facts.bounds[name.partition("[")[0]]
    ends = f"{'…' if low is None else number(low)} to {'…' if high is None else number(high)}"
    episode, steps = min(found, key=lambda pair: (int(pair[1][0]), pair[0].seed, pair[0].number))
    values = episode.scalars[name][steps]
    where = f"step {steps[0]}" if len(steps) == 1 else f"{len(steps)} steps from {steps[0]} on"
    return (
        f"{len(found)} of {len(evidence.rows)} recorded episodes leave the declared bounds of "
        f"{name} ({ends}): {episode.place}, {where}, with {number(float(values.min()))} to "
        f"{number(float(values.max()))}"
    )
