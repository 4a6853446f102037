"""Findings about movement: never left the start, stalled, to and fro, spinning, actions.

Where there is no fitness they are told wherever they happen, without a judgement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from rewardsmith import stats
from rewardsmith.analyzer.actions import action_findings
from rewardsmith.analyzer.agreement import Base
from rewardsmith.analyzer.endings import MOSTLY, paid
from rewardsmith.analyzer.episodes import Array, EpisodeRows
from rewardsmith.analyzer.evidence import Evidence, finding, number
from rewardsmith.records import Finding

MOVED = 0.1
"""Part of some signal's range that an agent has to leave the start by, in nine steps of ten."""
STILL = 0.03
"""Part of the episode's own span within which a signal stands still."""
STALL_STEPS = 40
"""Shorter episodes do not stall."""
STALL_GAIN = 0.05
"""Part of the fitness gained in the last third, up to which an agent has stopped."""
SWINGS = 4
"""Crossings of the middle that make a to and fro: a mountain car's take 50 steps each."""
SMOOTH = 0.5
"""Correlation of successive values below which a signal is noise and not a swing."""
RATES = ("/s", "/step")
"""How the unit of a signal ends that measures movement itself."""
TURNS = 2.0
"""Full turns in one direction that make a spin."""
ONE_WAY = 0.8
"""Part of all turning that goes in one direction in a spin."""
_COSINE = re.compile(r"(^|_)cos(ine)?(_|$)")


def motion_findings(evidence: Evidence, *, under_way: bool = False) -> Iterator[Finding]:
    """What the agent did, from signals and actions; nothing where the task is solved.

    Where training is under way to what the task wants, what the agent does meanwhile is no fault.
    """
    if evidence.solved or not evidence.rows:
        return
    moved = [*_never_moved(evidence)]
    if moved or not under_way:
        spinning = [*_spinning(evidence)] if not moved else []
        yield from moved or spinning or [*_stalled(evidence)] or [*_oscillating(evidence)]
    yield from action_findings(evidence)


def on_its_way(evidence: Evidence, base: Base | None) -> bool:
    """Whether the reward orders simple policies as the task does, and training gained fitness."""
    return base is not None and base.asks_for_the_task and evidence.improved


def _never_moved(evidence: Evidence) -> Iterator[Finding]:
    """Every signal stays where the episode began, measured by the range that the bank saw."""
    if evidence.improved and not evidence.failing:
        return
    far = [(e, *_displacement(e, evidence)) for e in evidence.rows]
    known = [(e, part, name) for e, part, name in far if name]
    if not known or float(np.median([part for _, part, _ in known])) >= MOVED:
        return
    episode, part, name = max(known, key=lambda item: item[1])
    values = episode.scalars[name]
    sentence = (
        f"The agent never left the start: of all signals {name} moved most, and stayed within "
        f"{part:.1%} of its range ({number(evidence.width(name))}): {episode.place}, steps 0 to "
        f"{episode.length - 1}, from {number(float(values.min()))} to "
        f"{number(float(values.max()))}."
    )
    yield finding("never_moved", 0.7, sentence + paid(evidence))


def _displacement(episode: EpisodeRows, evidence: Evidence) -> tuple[float, str]:
    """How far the agent gets from its start in some signal, as part of its range; which one.

    What is measured by the second (a velocity) is movement where it is not 0.
    """
    parts: dict[str, float] = {}
    for name, values in episode.scalars.items():
        width = evidence.width(name)
        start = 0.0 if _is_rate(name, evidence) else values[0]
        if width is not None:
            parts[name] = float(np.quantile(np.abs(values - start), 0.9)) / width
    if not parts:
        return 0.0, ""
    name = max(parts, key=lambda key: (parts[key], key))
    return parts[name], name


def _stalled(evidence: Evidence) -> Iterator[Finding]:
    """Moved at first, then every signal stands still for the last third."""
    stalls = [(e, step) for e in evidence.rows if (step := _stall_step(e)) is not None]
    if len(stalls) < MOSTLY * len(evidence.rows) or not (
        evidence.worth_telling or _gained_nothing_late(evidence)
    ):
        return
    episode, step = min(stalls, key=lambda pair: (pair[1], pair[0].seed, pair[0].number))
    told = ", ".join(
        f"{name} {number(float(values[-1]))}" for name, values in list(episode.scalars.items())[:3]
    )
    sentence = (
        f"{len(stalls)} of {len(evidence.rows)} recorded episodes stall: {episode.place} stands "
        f"still from step {step} to its end at {episode.length} with {told}."
    )
    yield finding("stalled", 0.68, sentence + paid(evidence, [e.after(n) for e, n in stalls]))


def _stall_step(episode: EpisodeRows) -> int | None:
    """The step from which nothing moves any more; None where it moves in the last third."""
    spans = {n: v for n, v in episode.scalars.items() if float(np.ptp(v)) > 0}
    if episode.length < STALL_STEPS or not spans:
        return None
    if episode.terminated:
        return None
    moving = np.zeros(episode.length, dtype=bool)
    for values in spans.values():
        moving |= np.abs(values - values[-1]) > STILL * float(np.ptp(values))
    last = int(np.flatnonzero(moving)[-1]) + 1 if moving.any() else 0
    return last if last <= episode.length * 2 // 3 else None


def _gained_nothing_late(evidence: Evidence) -> bool:
    """Whether the last third of the episodes adds next to nothing to the fitness."""
    fitness = [e.arrays["fitness"] for e in evidence.rows if "fitness" in e.arrays]
    gross = sum(float(np.abs(f).sum()) for f in fitness)
    late = sum(float(f[len(f) * 2 // 3 :].sum()) for f in fitness)
    return bool(fitness) and late <= STALL_GAIN * gross


def _oscillating(evidence: Evidence) -> Iterator[Finding]:
    """To and fro around a middle until the time is over, getting nowhere."""
    if not _nowhere(evidence):
        return
    lasted = [e for e in evidence.rows if not e.terminated]
    if not evidence.facts.measured:
        lasted = [e for e in lasted if not _travels(e, evidence)]
    swings = [(e, *_swings(e, evidence)) for e in lasted]
    swings = [item for item in swings if item[2]]
    if not swings or len(swings) < MOSTLY * len(evidence.rows):
        return
    episode, count, name = max(swings, key=lambda item: (item[1], item[0].seed, item[0].number))
    values = episode.scalars[name]
    low, high = float(values.min()), float(values.max())
    how = "get nowhere" if evidence.facts.measured else "stay in one place"
    sentence = (
        f"{len(swings)} of {len(evidence.rows)} recorded episodes go to and fro and {how}: "
        f"{episode.place}, {name} crosses its middle {count} times in {episode.length} steps, "
        f"between {number(low)} and {number(high)}."
    )
    yield finding("oscillating", 0.72, sentence + paid(evidence, [e for e, _, _ in swings]))


def _nowhere(evidence: Evidence) -> bool:
    """Whether nothing is gained by what was done, or nothing tells what is gained."""
    facts = evidence.facts
    judged = facts.success is not None or facts.maximum is not None
    return not facts.measured or (evidence.failing and (judged or evidence.nowhere))


def _travels(episode: EpisodeRows, evidence: Evidence) -> bool:
    """Whether some signal goes one way all along: then what swings beside it is a gait.

    A place by where it ends, a velocity by its sign.
    """
    for name, values in episode.scalars.items():
        width = evidence.width(name)
        if width is None:
            continue
        if _is_rate(name, evidence):
            steady = abs(float(np.sign(values).mean())) >= 2 * ONE_WAY - 1
            far = abs(float(values.mean())) >= MOVED * width
        else:
            net = abs(float(values[-1] - values[0]))
            steady = net >= ONE_WAY * float(np.abs(np.diff(values)).sum())
            far = net >= MOVED * width
        if steady and far:
            return True
    return False


def _is_rate(name: str, evidence: Evidence) -> bool:
    """Whether a signal measures movement itself."""
    return evidence.facts.units.get(name.partition("[")[0], "").endswith(RATES)


def _swings(episode: EpisodeRows, evidence: Evidence) -> tuple[int, str]:
    """The most crossings of a signal's middle, and which signal; 0 and nothing where none."""
    best = (0, "")
    for name, values in episode.scalars.items():
        span = float(np.ptp(values))
        width = evidence.width(name)
        if span <= 0 or (width is not None and span < MOVED * width):
            continue
        smooth = stats.pearson(values[:-1], values[1:])
        count = _crossings(values, span)
        late = _crossings(values[episode.length // 2 :], span)
        enough = count >= SWINGS and late >= SWINGS // 2 and count <= episode.length // 4
        if enough and smooth is not None and smooth >= SMOOTH and count > best[0]:
            best = (count, name)
    return best


def _crossings(values: Array, span: float) -> int:
    """How often the values go from one side of their middle to the other, clearly."""
    distance = values - (values.min() + values.max()) / 2
    sides = np.sign(distance[np.abs(distance) > 0.1 * span])
    return int(np.count_nonzero(np.diff(sides)))


def _spinning(evidence: Evidence) -> Iterator[Finding]:
    """An angle that keeps turning in one direction."""
    if not evidence.worth_telling:
        return
    spins = [(e, *spin) for e in evidence.rows if (spin := _spin(e, evidence)) is not None]
    if len(spins) < MOSTLY * len(evidence.rows):
        return
    episode, name, turns = max(spins, key=lambda item: (abs(item[2]), item[0].seed))
    sentence = (
        f"{len(spins)} of {len(evidence.rows)} recorded episodes spin: {episode.place}, {name} "
        f"makes {abs(turns):.1f} turns one way in steps 0 to {episode.length - 1}."
    )
    yield finding("spinning", 0.74, sentence + paid(evidence, [e for e, _, _ in spins]))


def _spin(episode: EpisodeRows, evidence: Evidence) -> tuple[str, float] | None:
    """The angle that turns farthest one way, and its turns."""
    best: tuple[str, float] | None = None
    for name, values in _angles(episode, evidence):
        steps = np.diff(np.unwrap(values))
        net, gross = float(steps.sum()), float(np.abs(steps).sum())
        turns = net / (2 * np.pi)
        if (
            abs(turns) >= TURNS
            and abs(net) >= ONE_WAY * gross
            and abs(turns) > abs(best[1] if best else 0)
        ):
            best = (name, turns)
    return best


def _angles(episode: EpisodeRows, evidence: Evidence) -> Iterator[tuple[str, Array]]:
    """The signals in rad, and the angles whose cosine and sine are signals, (length,)."""
    if episode.length <= 1:
        return
    for name, values in episode.scalars.items():
        if evidence.facts.units.get(name.partition("[")[0]) == "rad":
            yield name, values
        sine = _COSINE.sub(lambda found: found[0].replace("cos", "sin"), name)
        if sine != name and sine in episode.scalars:
            yield f"the angle of {name} and {sine}", np.arctan2(episode.scalars[sine], values)
