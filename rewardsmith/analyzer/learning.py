"""Findings along training: reward up and fitness down, solved then lost, nothing gained."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rewardsmith import stats
from rewardsmith.analyzer.endings import MOSTLY
from rewardsmith.analyzer.evidence import Evidence, finding, number, signed, thirds
from rewardsmith.records import Finding, MemberResult, TrainResult

POINTS = 5
"""Fewer points of a curve than this tell nothing."""
FALLS = -0.4
"""Rank correlation of return and fitness along training from which they part."""
LOST = 0.3
"""Part of the gain in fitness whose loss is told."""
BEYOND_NOISE = 0.1
"""Part of the largest absolute fitness of a curve that a change has to exceed."""
FLAT = 0.05
"""Gain in fitness, as part of the scale, up to which nothing was gained."""
COST_SHRANK = 0.7
"""Part by which a cost shrinks when avoiding it is what was learned."""
COST_GAIN = 0.6
"""Part of the whole gain in reward that comes from it then."""
LONGEST_FAILURE = 500
"""Characters of an error text that are quoted."""


def failure_findings(result: TrainResult) -> Iterator[Finding]:
    """Members whose training ended early: nothing else matters as much."""
    failed = [m for m in result.members if m.failure is not None]
    if failed:
        text = (failed[0].failure or "")[:LONGEST_FAILURE]
        yield finding(
            "failed",
            1.0,
            f"Training failed for {len(failed)} of {len(result.members)} seeds "
            f"(seed {failed[0].seed}, after {failed[0].steps} steps): {text}",
        )


def learning_findings(evidence: Evidence) -> Iterator[Finding]:
    """What the curves tell."""
    hacked = [m for m in evidence.members if _hacked(m)]
    lost = [m for m in evidence.members if _lost(m) is not None and m not in hacked]
    enough = MOSTLY * len(evidence.members)
    if hacked and len(hacked) >= enough:
        yield _hacking(hacked, evidence)
    elif lost and len(lost) + len(hacked) >= enough:
        yield _solved_then_lost(lost, evidence)
    elif not evidence.solved:
        yield from _no_gain(evidence)
    yield from _costs_win(evidence)


def _pairs(member: MemberResult) -> list[tuple[int, float, float]]:
    """Steps, return and fitness at the points where all are known."""
    points = zip(member.curve_steps, member.curve_return, member.curve_fitness, strict=False)
    return [(s, r, f) for s, r, f in points if r is not None and f is not None]


def _hacked(member: MemberResult) -> bool:
    """Whether return rises while fitness falls: over the whole curve, or from its peak on."""
    points = _pairs(member)
    if len(points) < POINTS:
        return False
    returns, fitness = [r for _, r, _ in points], [f for _, _, f in points]
    relation = stats.spearman(returns, fitness)
    (r_first, r_last), (f_first, f_last) = thirds(tuple(returns)), thirds(tuple(fitness))
    if None in (r_first, r_last, f_first, f_last) or relation is None:
        return False
    rose = (r_last or 0.0) - (r_first or 0.0) > MOSTLY * float(np.std(returns))
    fell = (f_first or 0.0) - (f_last or 0.0) > BEYOND_NOISE * float(np.abs(fitness).max())
    if rose and fell and relation <= FALLS:
        return True
    peak = _lost(member)
    if peak is None or len(points) - peak < POINTS - 2:
        return False
    after = stats.spearman(returns[peak:], fitness[peak:])
    return after is not None and after <= 2 * FALLS and returns[-1] > returns[peak]


def _lost(member: MemberResult) -> int | None:
    """The point at which the fitness was best, where much of it was lost again by the end."""
    points = _pairs(member)
    if len(points) < POINTS:
        return None
    fitness = np.array([f for _, _, f in points])
    smooth = (fitness[:-1] + fitness[1:]) / 2
    peak, floor, end = float(smooth.max()), float(fitness.min()), float(smooth[-1])
    at_start = float(fitness[:2].mean())
    gain = peak - min(at_start, floor)
    lost = peak - end
    scale = float(np.abs(fitness).max())
    if peak - at_start <= BEYOND_NOISE * scale or lost < LOST * gain or lost <= LOST * scale:
        return None
    return int(smooth.argmax())


def _hacking(hacked: list[MemberResult], evidence: Evidence) -> Finding:
    """Return up, fitness down, and which component the gain came from."""
    member = max(hacked, key=lambda m: len(_pairs(m)))
    points = _pairs(member)
    start = 0 if _lost(member) is None else _lost(member) or 0
    relation = stats.spearman([r for _, r, _ in points[start:]], [f for _, _, f in points[start:]])
    return finding(
        "hacking",
        0.86,
        f"Hacking: the return rises while the task score falls, in {len(hacked)} of "
        f"{len(evidence.members)} seeds. Seed {member.seed}, steps {points[start][0]} to "
        f"{points[-1][0]}: return {number(points[start][1])} to {number(points[-1][1])}, task "
        f"score {number(points[start][2])} to {number(points[-1][2])} (rank correlation "
        f"{number(relation)}).{_what_rose(evidence)}",
    )


def _solved_then_lost(lost: list[MemberResult], evidence: Evidence) -> Finding:
    member = lost[0]
    points, peak = _pairs(member), _lost(member) or 0
    return finding(
        "solved_then_lost",
        0.71,
        f"Learned, then lost in {len(lost)} of {len(evidence.members)} seeds: seed {member.seed} "
        f"had a task score of {number(points[peak][2])} at step {points[peak][0]} and "
        f"{number(points[-1][2])} at step {points[-1][0]}, while its return went from "
        f"{number(points[peak][1])} to {number(points[-1][1])}.",
    )


def _no_gain(evidence: Evidence) -> Iterator[Finding]:
    """The fitness of training episodes ends where it began."""
    curve = evidence.curve("fitness")
    known = [value for value in curve if value is not None]
    first, last = thirds(curve)
    if len(known) < POINTS or first is None or last is None:
        return
    facts = evidence.facts
    scale = max(abs(v) for v in (*known, facts.maximum or 0.0, facts.success or 0.0))
    if last - first > FLAT * scale:
        return
    steps = evidence.members[0].curve_steps
    yield finding(
        "no_gain",
        0.4,
        f"Little or nothing was gained: the task score of training episodes was "
        f"{number(first)} in the first third of training and {number(last)} in the last "
        f"({steps[-1] if steps else 0} steps).{_what_rose(evidence)}",
    )


def _changes(evidence: Evidence) -> dict[str, tuple[float, float]]:
    """By component: its mean in the first third of training and in the last."""
    found: dict[str, tuple[float, float]] = {}
    for name in evidence.components:
        first, last = thirds(evidence.component_curve(name, "mean"))
        if first is not None and last is not None:
            found[name] = (first, last)
    return found


def _what_rose(evidence: Evidence) -> str:
    """Which component's mean rose most along training, as a sentence; may be empty."""
    changes = _changes(evidence)
    if not changes:
        return ""
    name = max(changes, key=lambda key: (changes[key][1] - changes[key][0], key))
    first, last = changes[name]
    if last <= first:
        return " No component rose."
    return f" What rose most is {name}: {signed(first)} to {signed(last)} a step."


def _costs_win(evidence: Evidence) -> Iterator[Finding]:
    """What was learned is to avoid a cost: standing still because moving costs."""
    if not evidence.failing:
        return
    changes = _changes(evidence)
    gains = {name: last - first for name, (first, last) in changes.items()}
    gained = sum(gain for gain in gains.values() if gain > 0)
    for name, (first, last) in changes.items():
        mean = [v for v in evidence.component_curve(name, "mean") if v is not None]
        avoided = first < 0 and max(mean) <= 0 and abs(last) <= (1 - COST_SHRANK) * abs(first)
        if avoided and gains[name] >= COST_GAIN * gained:
            yield finding(
                "costs_win",
                0.73,
                f"What was learned is to avoid {name}: it shrank from {signed(first)} to "
                f"{signed(last)} a step, {gains[name] / gained:.0%} of all that was gained, and "
                "the task score did not follow. Acting costs more than it earns.",
            )
