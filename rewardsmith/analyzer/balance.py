"""Findings about how components stand to each other: on the bank alone, and a sum meant as AND."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

import numpy as np

from rewardsmith import stats
from rewardsmith.analyzer.agreement import Base
from rewardsmith.analyzer.components import (
    DROWNS,
    DUPLICATE,
    RARE,
    WITH,
    ZERO,
    ComponentNumbers,
)
from rewardsmith.analyzer.episodes import Array
from rewardsmith.analyzer.evidence import Evidence, finding, number, signed
from rewardsmith.analyzer.hacking import BACKWARDS
from rewardsmith.records import Finding

FLAT = 0.95
"""Share of the recorded steps at one end of its range from which a component is flat."""
AT_END = 1e-3
"""Part of that range which still counts as its end: what is squashed never quite gets there."""
SLOPE = 5
"""Other values from which it has a slope elsewhere, and is not the price of an event."""
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
    room = AT_END * float(np.ptp(values))
    for end in (float(values.min()), float(values.max())):
        rest = values[np.abs(values - end) > room]
        flat = 1 - rest.size / values.size
        if flat >= FLAT and np.unique(rest).size >= SLOPE and np.allclose(simple, end, atol=room):
            yield finding(
                "flat_component",
                0.78,
                f"{first.name} lies at {signed(end)}, an end of its range, on {flat:.1%} of "
                f"{values.size} recorded steps, and on at least half of those of simple policies: "
                "there is no slope to follow. Widen what is clipped or squashed.",
            )


def beside_findings(evidence: Evidence, base: Base | None) -> Iterator[Finding]:
    """Near the goal more is paid than in it, and than anywhere else: it pays not to arrive.

    Where fitness is the best step's (`max`) a goal need not pay by the step: it is reached once.
    """
    facts = evidence.facts
    beside = base.beside if base is not None else None
    if beside is None or not beside.pays_most or evidence.solved or facts.reduce == "max":
        return
    told = ", ".join(f"{n} {number(a)} to {number(b)}" for n, (a, b) in beside.goal.items())
    yield finding(
        "hovering",
        0.78 if evidence.failing else 0.55,
        f"Near the goal pays more than the goal: on the steps of simple policies that count for "
        f"the task ({told}) the reward is {signed(beside.there)}, on those near by that do not "
        f"count {signed(beside.near)}, elsewhere {signed(beside.elsewhere)}; in "
        f"{beside.share:.0%} of the episodes that were in both near was paid more.",
    )


def bank_findings(base: Base, columns: Mapping[str, Array]) -> tuple[Finding, ...]:
    """What can be said of components without a training, the gravest first.

    `columns` are the components and, named ``, the total, on the bank's steps.
    """
    parts = {name: np.asarray(v, dtype=np.float64) for name, v in columns.items() if name}
    found = [*_dead(parts), *_drowning(parts, base), *_duplicates(parts), *_backwards(base)]
    return tuple(sorted(found, key=lambda f: (-f.severity, f.name)))


def _alive(parts: Mapping[str, Array]) -> dict[str, Array]:
    return {n: v for n, v in parts.items() if v.std() > ZERO * (1 + abs(float(v.mean())))}


def _dead(parts: Mapping[str, Array]) -> Iterator[Finding]:
    dead = [name for name, values in parts.items() if not np.any(np.abs(values) > ZERO)]
    if dead:
        steps = len(next(iter(parts.values())))
        yield finding(
            "dead_component",
            0.5,
            f"Never active: {', '.join(dead)} (0 on all {steps} recorded steps).",
        )


def _drowning(parts: Mapping[str, Array], base: Base) -> Iterator[Finding]:
    alive = _alive(parts)
    spreads = {name: float(values.std()) for name, values in alive.items()}
    first = max(spreads, key=lambda name: (spreads[name], name), default=None)
    if first is None or len(alive) == 1 or spreads[first] <= DROWNS * sum(spreads.values()):
        return
    rare = float(np.mean(alive[first] != 0)) < RARE
    if rare or (base.components[first].steps or 0.0) >= WITH:
        return
    others = ", ".join(f"{n} {s:.2g}" for n, s in spreads.items() if n != first)
    yield finding(
        "drowning_component",
        0.6,
        f"{first} makes up {spreads[first] / sum(spreads.values()):.1%} of the spread "
        f"({number(spreads[first])} against {others}): the others will not be heard.",
    )


def _duplicates(parts: Mapping[str, Array]) -> Iterator[Finding]:
    pairs: list[str] = []
    for (a, x), (b, y) in itertools.combinations(sorted(_alive(parts).items()), 2):
        relation = stats.pearson(x, y)
        if relation is not None and abs(relation) > DUPLICATE:
            pairs.append(f"{a} and {b} ({relation:+.3f})")
    if pairs:
        yield finding(
            "duplicate_components",
            0.46,
            f"These components say the same (correlation over the recorded steps): "
            f"{', '.join(pairs[:4])}.",
        )


def _backwards(base: Base) -> Iterator[Finding]:
    share = base.total.order
    if share is not None and share <= BACKWARDS:
        yield finding(
            "wrong_sign",
            0.75,
            "Of two recorded episodes the one with the higher task score gets more return in only "
            f"{share:.0%} of the pairs ({base.episodes} episodes, chance is 50%): check the signs.",
        )
