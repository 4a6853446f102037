"""Findings along training: reward up and fitness down, solved then lost, nothing gained."""

from __future__ import annotations

from collections.abc import Iterator

from rewardsmith.analyzer.courses import (
    POINTS,
    Course,
    course_of,
    evaluated_course,
    hacked_from,
    lost_checkpoint,
    lost_from,
    lost_return,
    lost_without_noise,
)
from rewardsmith.analyzer.endings import MOSTLY
from rewardsmith.analyzer.evidence import Evidence, finding, number, signed, thirds
from rewardsmith.analyzer.rising import component_changes, what_rose
from rewardsmith.analyzer.turning import changed_since
from rewardsmith.records import Finding, MemberResult, TrainResult

FLAT = 0.05
"""Gain in fitness, as part of the scale, up to which nothing was gained."""
COST_SHRANK = 0.7
"""Part by which a cost shrinks when avoiding it is what was learned."""
COST_FELL = 0.85
"""What is left of it at the end of training, exploration included, at most."""
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
    seeds = len(evidence.members)
    hacked = {m.seed for m in evidence.members if hacked_from(course_of(m)) is not None}
    lost = [peak for m in evidence.members if m.seed not in hacked and (peak := _peak(m))]
    enough = MOSTLY * seeds
    if lost and len(hacked) < enough <= len(lost) + len(hacked) and not evidence.solved:
        yield _solved_then_lost(lost, evidence)
    elif len(hacked) < enough and not evidence.solved:
        yield from _no_gain(evidence)
    yield from _costs_win(evidence)
    yield from _needs_noise(evidence)


def return_findings(evidence: Evidence) -> Iterator[Finding]:
    """What the curves tell where there is no fitness: by the reward's own measure alone."""
    yield from [*_return_lost(evidence)] or [*_return_flat(evidence)]
    yield from _costs_win(evidence)


def _return_lost(evidence: Evidence) -> Iterator[Finding]:
    """The policy earned more of its own reward at a checkpoint than in the end."""
    lost = [(m, at) for m in evidence.members if (at := lost_return(m)) is not None]
    if not lost or len(lost) < MOSTLY * len(evidence.members):
        return
    course, at = evaluated_course(lost[0][0]), lost[0][1]
    yield finding(
        "return_lost",
        0.6,
        f"Learned, then lost by the reward's own measure in {len(lost)} of "
        f"{len(evidence.members)} seeds: seed {course.seed} returned {number(course.returns[at])} "
        f"at step {course.steps[at]} and {number(course.returns[-1])} at step "
        f"{course.steps[-1]}." + changed_since(evidence, course.seed, course.steps[at]),
    )


def _return_flat(evidence: Evidence) -> Iterator[Finding]:
    """The return of training episodes ends where it began."""
    curve = evidence.curve("return")
    known = [value for value in curve if value is not None]
    first, last = thirds(curve)
    if len(known) < POINTS or first is None or last is None:
        return
    if last - first > FLAT * max(abs(value) for value in known):
        return
    steps = evidence.members[0].curve_steps
    yield finding(
        "return_flat",
        0.55,
        "Little or nothing was learned by the reward's own measure: the return of training "
        f"episodes was {number(first)} in the first third of training and {number(last)} in the "
        f"last ({steps[-1] if steps else 0} steps).{what_rose(evidence)}",
    )


def _peak(member: MemberResult) -> tuple[Course, int] | None:
    """Where a member was best and lost it again, by its checkpoints or by its training episodes."""
    if (at := lost_checkpoint(member)) is not None:
        return evaluated_course(member), at
    course = course_of(member)
    at = lost_from(course)
    return None if at is None else (course, at)


def _solved_then_lost(lost: list[tuple[Course, int]], evidence: Evidence) -> Finding:
    course, peak = lost[0]
    seeds, steps = len(evidence.members), course.steps[peak]
    return finding(
        "solved_then_lost",
        0.71,
        f"Learned, then lost in {len(lost)} of {seeds} seeds: seed {course.seed} had a task score "
        f"of {number(course.fitness[peak])} at step {course.steps[peak]} and "
        f"{number(course.fitness[-1])} at step {course.steps[-1]}, while its return went from "
        f"{number(course.returns[peak])} to {number(course.returns[-1])}."
        + changed_since(evidence, course.seed, steps),
    )


def _needs_noise(evidence: Evidence) -> Iterator[Finding]:
    """What works while the policy explores and not without."""
    late = {m.seed: v for m in evidence.members if (v := lost_without_noise(m)) is not None}
    if evidence.solved or evidence.facts.explores or len(late) < MOSTLY * len(evidence.members):
        return
    seed = next(iter(late))
    member = next(m for m in evidence.members if m.seed == seed)
    yield finding(
        "needs_noise",
        0.44,
        f"It works only with exploration noise in {len(late)} of {len(evidence.members)} seeds: "
        f"seed {seed} had a task score of {number(late[seed])} in the training episodes of the "
        f"last third, in which its actions are drawn, and of {number(member.fitness)} in "
        "evaluation, in which they are its means; nothing keeps the policy where the noise "
        "brings it.",
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
        f"({steps[-1] if steps else 0} steps).{what_rose(evidence)}",
    )


def _costs_win(evidence: Evidence) -> Iterator[Finding]:
    """What was learned is to avoid a cost: standing still because moving costs."""
    if not evidence.worth_telling:
        return
    followed = " in return."
    if evidence.facts.measured:
        followed = ", and the task score did not follow. Acting costs more than it earns."
    changes = component_changes(evidence)
    final = {name: _final(evidence, name, last) for name, (_, last) in changes.items()}
    gains = {name: final[name] - first for name, (first, _) in changes.items()}
    gained = sum(gain for gain in gains.values() if gain > 0)
    for name, (first, last) in changes.items():
        mean = [v for v in evidence.component_curve(name, "mean") if v is not None]
        cost = first < 0 and max(mean) <= 0 and abs(last) <= COST_FELL * abs(first)
        avoided = cost and abs(final[name]) <= (1 - COST_SHRANK) * abs(first)
        if avoided and gains[name] >= COST_GAIN * gained:
            yield finding(
                "costs_win",
                0.73,
                f"What was learned is to avoid {name}: it shrank from {signed(first)} to "
                f"{signed(final[name])} a step, {gains[name] / gained:.0%} of all that was "
                f"gained{followed}",
            )


def _final(evidence: Evidence, name: str, last: float) -> float:
    """A component's mean under the trained policy: exploration, too, costs effort."""
    column = evidence.component(name)
    return float(column.mean()) if column.size else last
