"""Findings without a training: what the recorded episodes of simple policies tell of a reward."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import numpy as np

from rewardsmith import stats
from rewardsmith.analyzer.agreement import Base, order
from rewardsmith.analyzer.asked import RULES, asked_findings, easy_findings
from rewardsmith.analyzer.balance import AT_END, flat_end, hovering_finding
from rewardsmith.analyzer.components import (
    CONSTANT,
    DROWNS,
    DUPLICATE,
    HUGE,
    RARE,
    WITH,
    ZERO,
)
from rewardsmith.analyzer.endings import EARLY, EXPLAINS, LED_TO, ends_are_paid
from rewardsmith.analyzer.episodes import Array
from rewardsmith.analyzer.evidence import Evidence, finding, number, signed
from rewardsmith.analyzer.facts import EnvironmentFacts
from rewardsmith.analyzer.motion import on_its_way
from rewardsmith.analyzer.onbank import OnBank
from rewardsmith.records import Finding

LEADS_AWAY = frozenset({"effort_paid", "motion_paid", "gains_only", "wrong_sign"})
"""What is learned where it is paid, in place of the task."""

BY_TRAINING = frozenset(
    {"ends_early", "fell", "needs_noise", "never_moved", "no_gain", "oscillating", "out_of_bounds"}
    | {"solved_then_lost", "spinning", "stalled"}
)
"""What is told of policies, and need be no doing of the reward; the task's events are, too."""
SURELY_ASKS = 0.9
"""Share of the pairs in the right order from which a reward does ask for the task."""
NOT_FINISHED = 0.66
"""Severity of an end that pays too little where training failed."""
HARMLESS, ON_THE_WAY = 0.4, 0.6
"""Part of its severity that is left to what did no harm in a training, or none so far."""
HORIZON = 100
"""Steps that count at a discount of 0.99: what a step more is worth is so many times its pay."""
PAID_END = 20
"""Times the usual pay from which an end is paid for."""
SHORTER_PAYS = -0.5
"""Rank correlation of return and length below which short episodes are paid better."""
INCOME = 0.9
"""Part of the steps that pay or cost nothing, from which going on is income."""
TURNED = 0.1
"""Part of the pairs of episodes in the right order, by what a component pays a step, up to which it
asks for the opposite."""
SPELL, BEST_SPELLS = 5, 0.95
"""Steps for which a best pay is told, and which of the episodes' is taken."""
ONE_NUMBER = 0.999
"""Part of simple policies' steps with one total from which there is nothing to follow."""
SELDOM = 0.2
"""Part of the episodes in which there may be another."""
BONUS_RULES, BONUS_ALL = 0.3, 0.05
"""What all else pays at best (the 99th percentile of the steps), as part of a constant bonus, below
which surviving rules where the reward does not ask for the task, and wherever surviving is not the
task."""


def bank_findings(base: Base, facts: EnvironmentFacts) -> tuple[Finding, ...]:
    """What can be said of a reward without a training, the gravest first."""
    if base.bank is None:
        return ()
    on = OnBank(base.bank, facts, base)
    found = [*_numbers(on)]
    if facts.measured:
        signs = [*_backwards(base)] or [*_backward_component(on)]
        found += [*_ends(on), *_survival(on), *signs, *asked_findings(on)]
        found += easy_findings(on)
        found += hovering_finding(base, facts.reduce, 0.78)
    return tuple(sorted(found, key=lambda f: (-f.severity, f.name)))


def asked_of(evidence: Evidence, base: Base | None) -> tuple[Finding, ...]:
    """What the bank tells that a trained reward asks for and that is not the task.

    Where training failed by it, it explains what came of it; where training did the task all the
    same, or is on its way, it stands behind all else.
    """
    if base is None or base.bank is None:
        return ()
    on = OnBank(base.bank, evidence.facts, base)
    found = [*asked_findings(on)]
    fine = evidence.solved or (on_its_way(evidence, base) and not leads_away(found))
    if fine:
        found += [*_ends(on), *_drowning(on)]
    elif on.ending_is_good:
        found += _finishing_costs(on, float(on.total[on.last].mean()))
    if evidence.failing and not fine:
        found += [*_no_signal(on), *_backward_component(on)]
    part = HARMLESS if evidence.solved else ON_THE_WAY
    return tuple(
        finding(one.name, part * one.severity if fine else _led(one), one.sentence) for one in found
    )


def leads_away(asked: Iterable[Finding]) -> bool:
    """Whether what is paid most is known to be something else than the task."""
    return any(one.name in LEADS_AWAY for one in asked)


def of_training(
    found: tuple[Finding, ...], evidence: Evidence, base: Base | None
) -> tuple[Finding, ...]:
    """The findings, with what a policy does that has not learned enough told as one of them.

    That is all there is where the reward orders simple policies as the task does and nothing is
    wrong with it: then more steps, seeds or other settings are asked for, and no other reward.
    """
    order = None if base is None or base.bank is None else base.total.order
    about = [one for one in found if one.name in BY_TRAINING | set(evidence.facts.events)]
    if base is None or order is None or order < SURELY_ASKS or not about:
        return found
    if len(about) < len(found) or evidence.solved or not evidence.facts.measured:
        return found
    if bank_findings(base, evidence.facts) or _paid_to_end(found, evidence, base):
        return found
    told = " ".join(one.sentence for one in sorted(about, key=lambda one: -one.severity))
    sentence = (
        "Not learned, or not yet, by no fault that is known of the reward: of two episodes of "
        f"simple policies the fitter has more return in {order:.0%} of the pairs. {told}"
    )
    return (finding("undertrained", 0.35, sentence),)


def _paid_to_end(found: tuple[Finding, ...], evidence: Evidence, base: Base) -> bool:
    """Whether early ends are told, and are what is paid."""
    return any(one.name == "ends_early" for one in found) and ends_are_paid(evidence, base)


def _led(one: Finding) -> float:
    """The severity of what a reward pays for, where the task was not learned."""
    if one.name == "finishing_costs":  # what was done instead tells more
        return NOT_FINISHED
    return LED_TO if one.name in LEADS_AWAY - {"wrong_sign"} else one.severity


def _numbers(on: OnBank) -> Iterator[Finding]:
    """What needs no fitness."""
    yield from _no_signal(on)
    yield from _exploding(on)
    yield from _dead(on)
    yield from [*_flat(on)] or [*_drowning(on)]
    yield from _duplicates(on)


def _no_signal(on: OnBank) -> Iterator[Finding]:
    """One number on all of simple policies' steps, and the ends do not tell more."""
    usual, room = float(np.median(on.total[on.simple])), AT_END * float(np.ptp(on.total)) + ZERO
    share = float(np.mean(np.abs(on.total[on.simple] - usual) <= room))
    other = [bool(np.any(np.abs(part - usual) > room)) for part in on.cut(on.total)]
    if share < ONE_NUMBER or np.mean(other) > SELDOM or on.asks_for_the_task:
        return
    yield finding(
        "no_signal",
        0.8,
        f"No signal: the total is {signed(usual)} on {share:.2%} of {on.simple.sum()} recorded "
        f"steps of simple policies, and another number in {sum(other)} of {len(other)} episodes: "
        "there is nothing to learn from before it is found by luck.",
    )


def _exploding(on: OnBank) -> Iterator[Finding]:
    largest = float(np.abs(on.total).max())
    if largest > HUGE:
        sizes = {name: float(np.abs(values).max()) for name, values in on.parts.items()}
        which = max(sizes, key=lambda n: (sizes[n], n), default="")
        by = f" ({which})" if which else ""
        yield finding(
            "exploding",
            0.9,
            f"The total reaches {number(largest)} on a recorded step{by}, where it usually is "
            f"{signed(float(np.median(on.total)))}. Bound it: nothing else can be heard.",
        )


def _dead(on: OnBank) -> Iterator[Finding]:
    dead = [name for name, values in on.parts.items() if not np.any(np.abs(values) > ZERO)]
    if dead:
        yield finding(
            "dead_component",
            0.5,
            f"Never active: {', '.join(dead)} (0 on all {on.total.size} recorded steps).",
        )


def _flat(on: OnBank) -> Iterator[Finding]:
    """The component with most of the spread lies at an end of its range nearly everywhere."""
    name = max(on.alive, key=lambda key: (on.share(key), key), default="")
    found = flat_end(on.alive[name]) if name and on.share(name) > RULES else None
    if found is not None:
        end, part = found
        yield finding(
            "flat_component",
            0.62,
            f"{name}, which makes up {on.share(name):.0%} of the spread, lies at {signed(end)}, an "
            f"end of its range, on {part:.1%} of {on.total.size} recorded steps: there is no slope "
            "to follow. Widen what is clipped or squashed.",
        )


def _drowning(on: OnBank) -> Iterator[Finding]:
    spreads = {name: on.base.spreads[name] for name in on.alive}
    first = max(spreads, key=lambda name: (spreads[name], name), default=None)
    if first is None or len(spreads) == 1 or spreads[first] <= DROWNS * sum(spreads.values()):
        return
    rare = float(np.mean(on.alive[first] != 0)) < RARE
    if rare or (on.base.components[first].steps or 0.0) >= WITH:
        return
    others = ", ".join(f"{n} {s:.2g}" for n, s in spreads.items() if n != first)
    yield finding(
        "drowning_component",
        0.6,
        f"{first} makes up {spreads[first] / sum(spreads.values()):.1%} of the spread "
        f"({number(spreads[first])} against {others}): the others will not be heard.",
    )


def _duplicates(on: OnBank) -> Iterator[Finding]:
    pairs: list[str] = []
    rule = False
    for (a, x), (b, y) in itertools.combinations(sorted(on.alive.items()), 2):
        relation = stats.pearson(x, y)
        if relation is not None and abs(relation) > DUPLICATE:
            pairs.append(f"{a} and {b} ({relation:+.3f})")
            rule = rule or on.share(a) + on.share(b) > RULES
    if pairs:
        yield finding(
            "duplicate_components",
            0.7 if rule and not on.asks_for_the_task else 0.46,
            f"These components say the same (correlation over the recorded steps): "
            f"{', '.join(pairs[:4])}.",
        )


def _backwards(base: Base) -> Iterator[Finding]:
    if base.backwards:
        yield finding(
            "wrong_sign",
            0.75,
            "Of two recorded episodes the one with the higher task score gets more return in only "
            f"{base.total.order:.0%} of the pairs ({base.episodes} episodes, chance is "
            f"50%{base.by_step}): check the signs.",
        )


def _backward_component(on: OnBank) -> Iterator[Finding]:
    """The component that makes up most of the spread pays a step less the fitter an episode is."""
    for name, values in on.alive.items():
        means = [float(part.mean()) for part in on.cut(values)]
        share = order(means, list(on.fitness))
        if on.share(name) > RULES and values.max() > 0 and share is not None and share <= TURNED:
            yield finding(
                "wrong_sign",
                0.61,
                f"{name}, which makes up {on.share(name):.0%} of the spread, asks for the opposite "
                "of the task: of two recorded episodes it pays more a step in the one with the "
                f"higher task score in only {share:.0%} of the pairs ({len(means)} episodes, "
                "chance is 50%): check its sign.",
            )
            return


def _ends(on: OnBank) -> Iterator[Finding]:
    """Whether an end pays that is none of the task's, or going on pays where the end is the aim."""
    if on.ending_is_good is None:
        return
    usual, end = float(on.total[~on.last].mean()), float(on.total[on.last].mean())
    if on.ending_is_good:
        yield from _finishing_costs(on, end)
        return
    share = float(np.mean(on.total < 0))
    if usual < 0 and share >= EARLY:
        yield finding(
            "living_costs",
            EXPLAINS,
            f"Living costs: the total is negative on {share:.0%} of the recorded steps "
            f"({signed(usual)} a step), and an episode that the simulator ends costs no more: "
            "ending early pays.",
        )
        return
    relation = stats.spearman(on.returns, on.lengths)
    shorter = relation is not None and relation <= SHORTER_PAYS
    if shorter or end > PAID_END * abs(usual):
        why = (
            f"rank correlation of return and length {relation:+.2f}" if shorter else "the end pays"
        )
        yield finding(
            "ends_early",
            LED_TO,
            f"Ending early pays ({why}): the {on.last.sum()} steps with which the simulator ended "
            f"an episode pay {signed(end)}, all others {signed(usual)}, and episodes that last "
            "have the higher task score.",
        )


def _finishing_costs(on: OnBank, end: float) -> Iterator[Finding]:
    """What is only ever income is worth more where it is paid best than the end."""
    incomes = {
        name: values
        for name, values in {**on.parts, "the total": on.total}.items()
        if float(np.mean(values >= 0)) >= INCOME and values.mean() > 0
    }
    best = {name: _best_spell(on, values) for name, values in incomes.items()}
    name = max(best, key=lambda key: (best[key], key), default="")
    if not name or _best_spell(on, on.total) <= 0:
        return
    usual = float(incomes[name][~on.last].mean())
    if end >= max(HORIZON / 2 * usual, HORIZON / 5 * best[name]):
        return
    yield finding(
        "finishing_costs",
        0.8,
        f"Finishing costs: the {on.last.sum()} steps that end an episode in success pay "
        f"{signed(end)}; a step of all others is paid {signed(usual)} by {name}, and "
        f"{signed(best[name])} where episodes are paid best for {SPELL} steps: to hover there is "
        "paid again and again, the end once.",
    )


def _best_spell(on: OnBank, values: Array) -> float:
    """What the best of an episode's spells pays a step, of all but one in twenty episodes."""
    mean = np.full(SPELL, 1 / SPELL)
    spells = [
        float(np.convolve(pay[:-1], mean, "valid").max())
        for pay in on.cut(values)
        if len(pay) > SPELL
    ]
    return float(np.quantile(spells, BEST_SPELLS)) if spells else 0.0


def _survival(on: OnBank) -> Iterator[Finding]:
    """A constant income beside which nothing else counts, where to last is not the task."""
    steady = {
        name: float(np.median(values))
        for name, values in on.parts.items()
        if 0 < np.quantile(values, 0.75) <= (1 + CONSTANT) * np.quantile(values, 0.25)
    }
    name = max(steady, key=lambda key: (steady[key], key), default="")
    if not name or on.lasting_is_the_task:
        return
    bonus = steady[name]
    best = float(np.quantile(on.total - on.parts[name], 0.99))
    if best > (BONUS_ALL if on.asks_for_the_task else BONUS_RULES) * bonus:
        return
    yield finding(
        "survival_bonus",
        0.77,
        f"Surviving is paid, not the task: {name} pays {signed(bonus)} on nearly every "
        f"step, {on.income(name):.0%} of all that is paid and charged; all else together "
        f"pays more than {signed(best)} on one step in a hundred only.",
    )
