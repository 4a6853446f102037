"""Findings about the reward's numbers: dead, drowning and duplicate components, signs, scale."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rewardsmith import stats
from rewardsmith.analyzer.agreement import AGAINST, Base, by_step
from rewardsmith.analyzer.episodes import COMPONENT, Array
from rewardsmith.analyzer.evidence import Evidence, finding, number, signed
from rewardsmith.records import Finding

ZERO = 1e-9
"""Below this part of the total's scale a number is zero."""
DROWNS = 0.95
"""Share of the spread above which one component drowns the others (design, critic)."""
WITH = 0.5
"""Correlation with fitness from which a component is what the task wants: it drowns nobody."""
RARE = 0.02
"""A component that is active on fewer steps is an event, whose spread drowns nobody."""
DUPLICATE = 0.98
"""Correlation from which two components say the same."""
ENOUGH_ROWS = 100
"""Fewer recorded steps than this are not correlated."""
ENOUGH_EPISODES = 10
"""Fewer episodes than this are not correlated."""
AGAINST_EPISODES = -0.5
"""The same over whole episodes, which are fewer and lie closer together."""
GOES_ALONG = 0.55
"""Share of the bank's pairs in the right order above which a sign is not wrong."""
LITTLE = 0.7
"""The same up to which a reward says little of the task."""
HUGE = 1e4
"""A total beyond this explodes (the critic's limit)."""
GREW = 1e3
"""Growth of a component's spread along training that is no learning."""
SURVIVAL_PAYS = 0.5
"""Part of all that is paid and charged from which a constant income rules."""
UNJUDGED_BONUS = 0.6
"""Severity of that where nothing says whether surviving is the task."""
CONSTANT = 0.1
"""Spread over mean below which an income hardly depends on what the agent does."""


@dataclass(frozen=True, slots=True)
class ComponentNumbers:
    """One component on the trained policies' transitions."""

    name: str
    mean: float
    spread: float
    share: float
    """Its spread over the sum of all components' spreads."""
    active: float
    """Part of the transitions on which it is not zero."""
    steps: float | None
    """Correlation with fitness from step to step within episodes."""
    episodes: float | None
    """Rank correlation of its sum with fitness from episode to episode."""


def component_numbers(evidence: Evidence) -> tuple[ComponentNumbers, ...]:
    """The numbers of every component that was recorded, the largest share first."""
    columns = {name: evidence.component(name) for name in evidence.components}
    columns = {name: column for name, column in columns.items() if column.size}
    spreads = {name: float(column.std()) for name, column in columns.items()}
    whole = sum(spreads.values())
    numbers = [
        ComponentNumbers(
            name=name,
            mean=float(column.mean()),
            spread=spreads[name],
            share=spreads[name] / whole if whole > 0 else 0.0,
            active=float(np.mean(column != 0)),
            steps=by_step(evidence, COMPONENT + name),
            episodes=_episode_correlation(evidence, COMPONENT + name),
        )
        for name, column in columns.items()
    ]
    return tuple(sorted(numbers, key=lambda n: (-n.share, n.name)))


def component_findings(
    evidence: Evidence, numbers: tuple[ComponentNumbers, ...], base: Base | None
) -> Iterator[Finding]:
    """What is wrong with the reward itself."""
    total = evidence.pooled("total")
    yield from _no_signal(evidence, total)
    yield from _exploding(evidence, total, numbers)
    yield from _dead(evidence, numbers, base)
    yield from _drowning(evidence, numbers)
    yield from _duplicates(evidence, numbers, base)
    yield from _wrong_sign(evidence, total, numbers, base)
    yield from _survival_bonus(evidence, numbers, base)


def _correlation(x: Array, y: Array) -> float | None:
    return stats.pearson(x, y) if x.size == y.size and x.size >= ENOUGH_ROWS else None


def _episode_correlation(evidence: Evidence, name: str) -> float | None:
    pairs = [
        (float(e.arrays[name].sum()), e.record.fitness)
        for e in evidence.rows
        if name in e.arrays and e.record is not None
    ]
    if len(pairs) < ENOUGH_EPISODES:
        return None
    return stats.spearman([s for s, _ in pairs], [f for _, f in pairs])


def _was_alive(evidence: Evidence, name: str) -> bool:
    """Whether the component varied at some point of training."""
    known = [v for v in evidence.component_curve(name, "spread") if v is not None]
    return any(value > ZERO for value in known)


def _no_signal(evidence: Evidence, total: Array) -> Iterator[Finding]:
    """The total never varies, and no episode's length changes its sum: nothing to learn from.

    The lengths that count are those of training: a policy that lasts in the end may have learned
    it from a constant.
    """
    if total.size < ENOUGH_ROWS or float(np.ptp(total)) > ZERO * max(1.0, abs(float(total[0]))):
        return
    varied = any(_was_alive(evidence, name) for name in evidence.components)
    silent = abs(float(total[0])) <= ZERO
    if varied or (not silent and not evidence.always_lasted):
        return
    yield finding(
        "no_signal",
        0.95,
        f"The reward was {number(float(total[0]))} on all {total.size} recorded steps and never "
        "varied in training: the agent had nothing to learn from.",
    )


def _exploding(
    evidence: Evidence, total: Array, numbers: tuple[ComponentNumbers, ...]
) -> Iterator[Finding]:
    """Numbers that no learner's scale can follow."""
    largest = float(np.abs(total).max()) if total.size else 0.0
    # one that began at almost nothing and leaves the others their share was reached late, no more
    loud = [n for n in numbers if n.share > DROWNS]
    grown = [(n.name, _growth(evidence, n.name)) for n in loud]
    name, growth = max(grown, key=lambda pair: pair[1], default=("", 0.0))
    if largest <= HUGE and growth <= GREW:
        return
    if largest > HUGE:
        by_size = max(numbers, key=lambda n: abs(n.mean) + n.spread, default=None)
        whose = (
            ""
            if by_size is None
            else (
                f"; the largest component is {by_size.name}, {signed(by_size.mean)} a step with a "
                f"spread of {number(by_size.spread)}"
            )
        )
        sentence = f"The total reaches {number(largest)} on a single step{whose}."
    else:
        sentence = f"The spread of {name} grew {growth:.0f} times along training."
    yield finding("exploding", 0.9, sentence + " Bound it: the other components cannot be heard.")


def _growth(evidence: Evidence, name: str) -> float:
    known = [v for v in evidence.component_curve(name, "spread") if v is not None and v > ZERO]
    return known[-1] / known[0] if known else 0.0


def _dead(
    evidence: Evidence, numbers: tuple[ComponentNumbers, ...], base: Base | None
) -> Iterator[Finding]:
    """Components that are always 0, or one constant where episodes cannot end early.

    Where what is left of the reward says little of the task, what is dead for simple policies as
    well was to say it.
    """
    steps = evidence.pooled("total").size
    dead = [n for n in numbers if n.spread <= ZERO * (1 + abs(n.mean))]
    dead = [n for n in dead if not _was_alive(evidence, n.name)]
    silent = [n for n in dead if abs(n.mean) <= ZERO]
    order = None if base is None else base.total.order
    missed = evidence.failing and order is not None and order <= LITTLE
    missed = missed and any(base.spreads.get(n.name, 1.0) <= ZERO for n in silent if base)
    if silent:
        told = ", ".join(n.name for n in silent)
        yield finding(
            "dead_component",
            0.78 if missed else 0.5,
            f"Never active: {told} ({'was' if len(silent) == 1 else 'were'} 0 on all {steps} "
            "recorded steps and all along training).",
        )
    fixed = [n for n in dead if abs(n.mean) > ZERO]
    pointless = evidence.always_lasted and evidence.facts.success is None and not evidence.solved
    if fixed and len(numbers) > 1 and pointless:
        told = ", ".join(f"{n.name} ({signed(n.mean)})" for n in fixed)
        yield finding(
            "dead_component",
            0.44,
            f"Constant: {told} on all {steps} recorded steps; as no episode ended before the time "
            "limit, it changed nothing.",
        )


def _drowning(evidence: Evidence, numbers: tuple[ComponentNumbers, ...]) -> Iterator[Finding]:
    """One component that is not the task makes up nearly all of the spread."""
    alive = [n for n in numbers if n.spread > ZERO * (1 + abs(n.mean))]
    if evidence.solved or len(alive) < 2 or alive[0].share <= DROWNS:  # noqa: PLR2004  it takes two
        return
    first = alive[0]
    if first.active < RARE or (first.steps or 0.0) >= WITH:
        return
    if (first.episodes or 0.0) >= WITH and not evidence.failing:
        return
    others = ", ".join(f"{n.name} {n.spread:.2g}" for n in alive[1:4])
    yield finding(
        "drowning_component",
        0.76 if evidence.failing else 0.55,
        f"{first.name} makes up {first.share:.1%} of the spread ({number(first.spread)} against "
        f"{others}): the other components are not heard.",
    )


def _duplicates(
    evidence: Evidence, numbers: tuple[ComponentNumbers, ...], base: Base | None
) -> Iterator[Finding]:
    """Components that say the same as another, gravest where they rule what was not learned."""
    alive = sorted(n.name for n in numbers if n.spread > ZERO * (1 + abs(n.mean)))
    pairs: list[tuple[float, str, str]] = []
    for first, second in itertools.combinations(alive, 2):
        relation = _correlation(evidence.component(first), evidence.component(second))
        if relation is None or abs(relation) <= DUPLICATE or _differ(base, first, second):
            continue
        pairs.append((relation, first, second))
    if pairs:
        told = ", ".join(f"{a} and {b} ({relation:+.3f})" for relation, a, b in pairs[:4])
        share = {n.name: n.share for n in numbers}
        rule = max(share[a] + share[b] for _, a, b in pairs) > SURVIVAL_PAYS
        astray = base is not None and (base.total.order or 0.0) <= LITTLE
        yield finding(
            "duplicate_components",
            0.72 if rule and astray and evidence.failing else 0.46,
            f"These components say the same (correlation over the recorded steps): {told}.",
        )


def _differ(base: Base | None, first: str, second: str) -> bool:
    """Whether simple policies tell two components apart that look alike where hardly had."""
    columns = {} if base is None else base.columns
    if first not in columns or second not in columns:
        return False
    relation = _correlation(columns[first], columns[second])
    return relation is not None and abs(relation) <= DUPLICATE


def _wrong_sign(
    evidence: Evidence,
    total: Array,
    numbers: tuple[ComponentNumbers, ...],
    base: Base | None,
) -> Iterator[Finding]:
    """More reward goes with less fitness, and training did not gain any.

    Not where simple policies' returns go with it: what stands still only trembles.
    """
    if evidence.solved or (evidence.improved and not evidence.failing):
        return
    if base is not None and (base.total.order or 0.0) > GOES_ALONG:
        return
    steps = by_step(evidence, "total")
    episodes = _episode_correlation(evidence, "total")
    told: list[str] = []
    if steps is not None and steps <= AGAINST:
        told.append(f"{steps:+.2f} over {total.size} steps within episodes")
    if episodes is not None and episodes <= AGAINST_EPISODES:
        told.append(f"{episodes:+.2f} over {len(evidence.rows)} episodes")
    if not told:
        return
    against = [n for n in numbers if min(n.steps or 0.0, n.episodes or 0.0) <= AGAINST]
    guilty = max(against, key=lambda n: n.share, default=None)
    which = (
        ""
        if guilty is None
        else (
            f" The largest component that falls with it is {guilty.name} "
            f"({guilty.share:.0%} of the spread): check its sign."
        )
    )
    yield finding(
        "wrong_sign",
        0.88,
        f"The reward falls where the task score rises: correlation {' and '.join(told)}.{which}",
    )


def _survival_bonus(
    evidence: Evidence, numbers: tuple[ComponentNumbers, ...], base: Base | None
) -> Iterator[Finding]:
    """An income that comes whatever the agent does, here and on the bank; the task is not done."""
    if not evidence.worth_telling:
        return
    gross = sum(abs(n.mean) for n in numbers)
    bonus = [
        n
        for n in numbers
        if n.mean > 0 and n.spread <= CONSTANT * n.mean and n.mean >= SURVIVAL_PAYS * gross
    ]
    if base is not None:
        bonus = [n for n in bonus if base.paid_anyway(n.name, n.mean, CONSTANT)]
    lasted = [e for e in evidence.episodes if not e.terminated]
    if not bonus or len(lasted) < SURVIVAL_PAYS * len(evidence.episodes):
        return
    best = max(bonus, key=lambda n: n.mean)
    sentence = (
        f"{best.name} pays {signed(best.mean)} on every step (spread {number(best.spread)}), "
        f"{best.mean / gross:.0%} of all that is paid and charged, while {len(lasted)} of "
        f"{len(evidence.episodes)} episodes last to the time limit"
    )
    if not evidence.facts.measured:
        what = f"Surviving is what is paid, whatever the policy does besides: {sentence}."
        yield finding("survival_bonus", UNJUDGED_BONUS, what)
        return
    score = number(evidence.score.value if evidence.score else None)
    what = f"Surviving is paid, not the task: {sentence} with a task score of {score}."
    yield finding("survival_bonus", 0.77, what)
