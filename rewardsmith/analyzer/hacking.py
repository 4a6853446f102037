"""Findings about the reward as a proxy of the task: hacked, of the wrong sign on the bank."""

from __future__ import annotations

from collections.abc import Iterator

from rewardsmith.analyzer.agreement import Agreement, Base, trained_agreement
from rewardsmith.analyzer.courses import (
    Course,
    below_start,
    course_of,
    hacked_from,
    parting,
)
from rewardsmith.analyzer.evidence import Evidence, finding, number
from rewardsmith.analyzer.rising import what_rose
from rewardsmith.analyzer.surpassing import surpassing_findings
from rewardsmith.records import Finding

MOSTLY = 0.5
"""Share of the seeds from which something is told as what happens."""
WENT_WITH = 0.15
"""Correlation on the bank from which a proxy went with the fitness there."""
GOES_AGAINST = -0.15
"""Correlation on the trained policies' data from which it goes against it."""
FOLLOWS = 0.74
"""Severity of hacking that follows from a reward that asks for the opposite of the task."""
CHANCE = 0.05
"""Distance from one half of that share which the pairs of some eighty episodes, that a bank has,
cannot tell from chance."""


def hacked_courses(evidence: Evidence) -> list[tuple[Course, int]]:
    """The members whose return rises while their fitness falls, and from which point."""
    courses = [course_of(member) for member in evidence.members]
    return [(c, begin) for c in courses if (begin := hacked_from(c)) is not None]


def proxy_findings(
    evidence: Evidence, base: Base | None, *, leads_away: bool = False
) -> Iterator[Finding]:
    """The hacking alarm, and a reward that asks for the opposite of the task.

    `leads_away` says that what is paid most is known to be something else.
    """
    if evidence.solved:
        return
    hacked = hacked_courses(evidence)
    alarms: list[Finding] = []
    if hacked and len(hacked) >= MOSTLY * len(evidence.members):
        alarms.append(_parted(hacked, evidence, base))
    elif base is not None:
        alarms += _turned(evidence, base)
    if base is not None:
        alarms += surpassing_findings(evidence, base, leads_away=leads_away)
    for one in alarms:  # a reward that asks for the opposite explains more
        most = FOLLOWS if base is not None and base.backwards else 1.0
        yield finding(one.name, min(one.severity, most), one.sentence)
    if base is not None:
        yield from _backwards(evidence, base)
        yield from _unrelated(evidence, base)


def _parted(hacked: list[tuple[Course, int]], evidence: Evidence, base: Base | None) -> Finding:
    """Return up, fitness down, and which component the gain came from."""
    course, begin = max(hacked, key=lambda pair: len(pair[0].fitness))
    relation = parting(course, begin)
    how = "" if relation is None else f" (correlation {number(relation)})"
    before = "" if base is None else _on_the_bank(base)
    return finding(
        "hacking",
        0.86,
        f"Hacking: the return rises while the task score falls, in {len(hacked)} of "
        f"{len(evidence.members)} seeds. Seed {course.seed}, steps {course.steps[begin]} to "
        f"{course.steps[-1]}: return {number(course.returns[begin])} to "
        f"{number(course.returns[-1])}, task score {number(course.fitness[begin])} to "
        f"{number(course.fitness[-1])}{how}{_evaluated(course)}."
        f"{before}{what_rose(evidence)}",
    )


def _evaluated(course: Course) -> str:
    """What the final evaluation has, where that is clearly less than training began with."""
    if not below_start(course):
        return ""
    return (
        f", and {number(course.evaluated)} in the final evaluation with a return of "
        f"{number(course.evaluated_return)}"
    )


def _on_the_bank(base: Base) -> str:
    told = _told(base.total)
    return f" On {base.episodes} episodes of simple policies it was {told}." if told else ""


def _told(agreement: Agreement) -> str:
    known = (("by step", agreement.steps), ("by episode", agreement.episodes))
    return " and ".join(f"{value:+.2f} {how}" for how, value in known if value is not None)


def _turned(evidence: Evidence, base: Base) -> Iterator[Finding]:
    """The proxy went with the fitness on the bank and goes against it on trained policies."""
    trained = trained_agreement(evidence)
    pairs = ((base.total.steps, trained.steps), (base.total.episodes, trained.episodes))
    turned = [
        (before, now)
        for before, now in pairs
        if before is not None and now is not None and before >= WENT_WITH and now <= GOES_AGAINST
    ]
    if not turned or evidence.improved:
        return
    yield finding(
        "hacking",
        0.84,
        "Hacking: what training found breaks the tie between reward and task score. Their "
        f"correlation was {_told(base.total)} on {base.episodes} episodes of simple policies and "
        f"is {_told(trained)} on the trained policies' own, whose task score did not rise."
        f"{what_rose(evidence)}",
    )


def _backwards(evidence: Evidence, base: Base) -> Iterator[Finding]:
    """Of two of the bank's episodes the fitter has less return, and nothing was gained."""
    if not base.backwards or (evidence.improved and not evidence.failing):
        return
    against = {n: a.order for n, a in base.components.items() if a.order is not None}
    worst = min(against, key=lambda name: (against[name], name), default=None)
    which = (
        ""
        if worst is None or len(against) == 1
        else f" The component that does so most is {worst} ({against[worst]:.0%})."
    )
    yield finding(
        "wrong_sign",
        0.78 if base.by_step else 0.75,
        "The reward asks for the opposite of the task: of two episodes of simple policies the one "
        f"with the higher task score gets more return in only {base.total.order:.0%} of the "
        f"pairs ({base.episodes} episodes, chance is 50%{base.by_step}), and training gained "
        f"nothing.{which} Check the signs.",
    )


def _unrelated(evidence: Evidence, base: Base) -> Iterator[Finding]:
    """On the bank the return says nothing of the fitness, and training gained nothing."""
    share = base.total.order
    if share is None or abs(share - 0.5) > CHANCE or not evidence.failing or evidence.improved:
        return
    if not any(base.spreads.values()):  # equal returns are no opinion
        return
    yield finding(
        "unrelated",
        0.65,
        "The reward says nothing of the task: of two episodes of simple policies the one with the "
        f"higher task score gets more return in {share:.0%} of the pairs ({base.episodes} "
        f"episodes, chance is 50%), and training gained nothing."
        f"{what_rose(evidence)}",
    )
