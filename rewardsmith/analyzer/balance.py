"""Findings about how components stand to each other, and what they pay beside the goal."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rewardsmith.analyzer.agreement import ASKS, Base
from rewardsmith.analyzer.components import (
    CONSTANT,
    ZERO,
    ComponentNumbers,
)
from rewardsmith.analyzer.endings import LED_TO
from rewardsmith.analyzer.episodes import Array
from rewardsmith.analyzer.evidence import Evidence, finding, number, signed
from rewardsmith.records import Finding

FLAT = 0.95
"""Share of the recorded steps at one end of its range from which a component is flat."""
AT_END = 1e-3
"""Part of that range which still counts as its end: what is squashed never quite gets there."""
SLOPE = 5
"""Other values from which it has a slope elsewhere, and is not the price of an event."""
MOST_PAID = 0.5
"""Part of all that is paid and charged from which a component is most of the income."""
HARDLY_HAD = 0.25
"""Part of what simple policies' best steps are paid up to which a component is hardly had."""
WANTED = 0.6
"""Share of the bank's pairs in the right order from which a component is a part of the task."""


def sum_findings(
    evidence: Evidence, numbers: tuple[ComponentNumbers, ...], base: Base | None
) -> Iterator[Finding]:
    """One part of the task is traded for another: where both are meant, a sum is wrong.

    Lucy-SKG (Moschopoulos et al. 2023) combines such components as sgn * (|a| |b|)^(1/2), with
    sgn = +1 only where none of them is negative.
    """
    if base is None or not evidence.failing:
        return
    yield from [*_traded(evidence, numbers, base)] or [*_easy_part(numbers, base)]


def _easy_part(numbers: tuple[ComponentNumbers, ...], base: Base) -> Iterator[Finding]:
    """What is no part of the task is nearly all of the income, and what is one is hardly had."""
    wanted = [n for n in numbers if (base.components[n.name].order or 0.0) >= ASKS]
    gross = sum(abs(n.mean) for n in numbers)
    easy = [
        n
        for n in numbers
        if n.mean > MOST_PAID * gross
        and (base.components[n.name].order or 0.0) < WANTED
        and not base.paid_anyway(n.name, n.mean, CONSTANT)
    ]
    if not wanted or not easy or not base.columns:
        return
    rich, poor = easy[0], max(wanted, key=lambda n: base.components[n.name].order or 0.0)
    best = float(np.quantile(base.columns[poor.name], 0.99))
    if best <= 0 or not -best < poor.mean <= HARDLY_HAD * best:
        return
    yield finding(
        "sum_for_and",
        0.67,
        f"{rich.name} is had without {poor.name}: {rich.name} pays {signed(rich.mean)} a step, "
        f"{rich.mean / gross:.0%} of all that is paid and charged, and is no part of the task by "
        f"itself; {poor.name} pays {signed(poor.mean)} where simple policies have up to "
        f"{number(best)}. Where both are meant, multiply terms between 0 and 1: a sum pays for "
        "either.",
    )


def _traded(
    evidence: Evidence, numbers: tuple[ComponentNumbers, ...], base: Base
) -> Iterator[Finding]:
    """One part of the task is at its best, another at its worst."""
    wanted = [n for n in numbers if (base.components[n.name].order or 0.0) >= WANTED]
    full = [n for n in wanted if n.mean >= base.quartiles[n.name][1] and n.spread > ZERO]
    empty = [n for n in wanted if n.mean < base.quartiles[n.name][0]]
    total = float(evidence.pooled("total").mean()) if evidence.rows else 0.0
    if not full or not empty or total <= 0:
        return
    rich, poor = max(full, key=lambda n: n.mean), min(empty, key=lambda n: n.mean)
    yield finding(
        "sum_for_and",
        0.64,
        f"{poor.name} is traded for {rich.name}: {rich.name} pays {signed(rich.mean)} a step (a "
        f"quarter of simple policies' steps have more than "
        f"{number(base.quartiles[rich.name][1])}), {poor.name} {signed(poor.mean)} (a quarter "
        f"have less than {number(base.quartiles[poor.name][0])}), and their sum is still "
        f"{signed(total)}. Where both are meant, multiply terms between 0 and 1, or take the "
        "geometric mean of their sizes, negative where one of them is.",
    )


def flat_findings(
    evidence: Evidence, numbers: tuple[ComponentNumbers, ...], base: Base | None
) -> Iterator[Finding]:
    """The component with most of the spread is one number nearly everywhere, on the bank as well.

    What lies still there may have stopped; what is flat on the bank is clipped or squashed.
    """
    if base is None or not evidence.failing or not numbers or numbers[0].spread <= ZERO:
        return
    first = numbers[0]
    values, simple = evidence.component(first.name), base.quartiles[first.name]
    end, share = flat_end(values) or (None, 0.0)
    if end is None or not np.allclose(simple, end, atol=AT_END * float(np.ptp(values))):
        return
    yield finding(
        "flat_component",
        0.78,
        f"{first.name} lies at {signed(end)}, an end of its range, on {share:.1%} of "
        f"{values.size} recorded steps, and on at least half of those of simple policies: "
        "there is no slope to follow. Widen what is clipped or squashed.",
    )


def flat_end(values: Array) -> tuple[float, float] | None:
    """The end of their range at which nearly all values lie, and what part; None where none do."""
    room = AT_END * float(np.ptp(values))
    for end in (float(values.min()), float(values.max())):
        rest = values[np.abs(values - end) > room]
        flat = 1 - rest.size / values.size
        if flat >= FLAT and np.unique(rest).size >= SLOPE:
            return end, flat
    return None


def beside_findings(evidence: Evidence, base: Base | None) -> Iterator[Finding]:
    """Near the goal more is paid than in it, and than anywhere else: it pays not to arrive."""
    if base is not None and not evidence.solved:
        severity = LED_TO if evidence.failing else 0.55
        yield from hovering_finding(base, evidence.facts.reduce, severity)


def hovering_finding(base: Base, reduce: str, severity: float) -> Iterator[Finding]:
    """Near the goal more is paid on the bank than in it, and than anywhere else.

    Where fitness is the best step's (`max`) a goal need not pay by the step: it is reached once.
    """
    beside = base.beside
    if beside is None or not beside.pays_most or reduce == "max":
        return
    told = ", ".join(f"{n} {number(a)} to {number(b)}" for n, (a, b) in beside.goal.items())
    yield finding(
        "hovering",
        severity,
        f"Near the goal pays more than the goal: on the steps of simple policies that count for "
        f"the task ({told}) the reward is {signed(beside.there)}, on those near by that do not "
        f"count {signed(beside.near)}, elsewhere {signed(beside.elsewhere)}; in "
        f"{beside.share:.0%} of the episodes that were in both near was paid more.",
    )
