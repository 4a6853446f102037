"""What a reward asks for, told from the bank alone: effort, motion, idling, one way, coming back.

A component is known by what it goes with from step to step: a correlation near 1 with the size of
the actions, or of a speed, says what is paid, whatever its formula is.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from rewardsmith import stats
from rewardsmith.analyzer.actions import WITH_EFFORT
from rewardsmith.analyzer.agreement import ASKS, BACKWARDS
from rewardsmith.analyzer.episodes import Array
from rewardsmith.analyzer.evidence import finding, number, signed
from rewardsmith.analyzer.onbank import OnBank
from rewardsmith.records import Finding

GOES_WITH = 0.9
"""Correlation from which a component is what it goes with."""
RULES = 0.5
"""Part of all components' spread from which one rules what is learned."""
BETTER = 0.02
"""By how much more it goes with a speed's size than with the speed itself, to be paid either
way."""
MOST = 0.9
"""Part of the other episodes that idling has to be paid better than."""
HARDLY_ANY = 0.6
"""Part of the other episodes up to which idling may have as much fitness."""
ONE_WAY = 0.85
"""Correlation with a signal from which a total asks for one way along it."""
BY_CHANCE = 0.6
"""Part of the pairs in the right order up to which a return says little of the task."""
NOTHING = 0.1
"""Part of the task's maximum up to which idling has brought nothing."""
EQUAL = 0.8
"""Part of what the task pays from which what is no part of it weighs as much."""
FULL, HARDLY = 0.8, 0.25
"""Parts of the best recorded pay that are nearly all of it, and hardly any."""
PROGRESS = 0.95
"""Correlation with a signal's gains, losses left out, from which only gains are paid."""


def asked_findings(on: OnBank) -> Iterator[Finding]:
    """What the reward asks for that is not the task."""
    yield from _effort_paid(on)
    yield from [*_motion_paid(on)] or [*_one_way_paid(on)]
    yield from _idling_paid(on)
    yield from _comings_paid(on)
    yield from _beyond_bounds(on)


def _effort_paid(on: OnBank) -> Iterator[Finding]:
    """The size of the actions is income, or an action one way."""
    for name, values in on.alive.items():
        if on.share(name) <= RULES or not on.efforts:
            continue
        size = max(_relation(values, effort) for effort in on.efforts) * (values.mean() > 0)
        actions = on.signal("action").reshape(values.size, -1)
        one_way = max(abs(_relation(values, column)) for column in actions.T)
        if size < WITH_EFFORT and (one_way < WITH_EFFORT or on.asks_for_the_task):
            continue
        what = "the size of the actions" if size >= WITH_EFFORT else "an action one way"
        yield finding(
            "effort_paid",
            0.76,
            f"{name} pays for {what}, whatever it brings (correlation "
            f"{max(size, one_way):+.2f} over {values.size} recorded steps), and makes up "
            f"{on.share(name):.0%} of the spread: actions at their bounds, saturated, pay most. "
            "Check its sign.",
        )
        return


def _motion_paid(on: OnBank) -> Iterator[Finding]:
    """Speed is income, whichever way: to and fro, turning and shaking pay as well as the task."""
    for name, values in _rulers(on):
        known = {
            speed: max(_relation(values, size) for size in sizes)
            for speed, sizes in on.sizes.items()
        }
        speed = max(known, key=lambda key: (known[key], key), default="")
        one_way = max((abs(_relation(values, s)) for s in on.speeds.values()), default=0.0)
        if speed and known[speed] >= max(GOES_WITH, one_way + BETTER):
            turns = on.facts.units.get(speed.partition("[")[0], "").startswith("rad")
            how = "spinning or swinging" if turns else "going to and fro"
            yield finding(
                "motion_paid",
                0.74,
                f"{name} pays for the size of {speed}, whichever way it goes (correlation "
                f"{known[speed]:+.2f} over {values.size} recorded steps), and makes up "
                f"{on.share(name):.0%} of the spread: {how} pays, wherever it leads (a loop).",
            )
            return


def _one_way_paid(on: OnBank) -> Iterator[Finding]:
    """Going one way is income, or turning: it goes on until something ends it."""
    for name, values in on.alive.items():
        known = {speed: _relation(values, signed) for speed, signed in on.speeds.items()}
        speed = max(known, key=lambda key: (abs(known[key]), key), default="")
        if on.share(name) <= RULES or not speed or abs(known[speed]) < GOES_WITH:
            continue
        if (on.base.components[name].order or 0.0) >= ASKS:
            continue
        turns = on.facts.units.get(speed.partition("[")[0], "").startswith("rad")
        if on.asks_for_the_task if turns else on.ending_is_good is not False:
            continue
        how = "spinning pays" if turns else "it pays to go on until the episode is ended"
        yield finding(
            "motion_paid" if turns else "out_of_bounds",
            0.73,
            f"{name} pays for {speed} one way (correlation {known[speed]:+.2f} over {values.size} "
            f"recorded steps), and makes up {on.share(name):.0%} of the spread: {how}, wherever "
            "it leads.",
        )
        return


def _idling_paid(on: OnBank) -> Iterator[Finding]:
    """To do nothing pays better than nearly all that simple policies do, and brings little."""
    idle = on.idle
    if not idle.any() or idle.all() or not np.ptp(on.total):
        return
    pay, fitness = on.returns / on.lengths, on.fitness
    usual, worth = float(np.median(pay[idle])), float(np.median(fitness[idle]))
    room = 1e-9 * (1 + abs(usual))
    better = float(np.mean(pay[~idle] < usual - room))
    if better < MOST or not _worthless(on, worth):
        return
    fittest = ~idle & (fitness >= np.quantile(fitness[~idle], MOST))
    if on.asks_for_the_task and float(np.median(pay[fittest])) > usual:
        return
    costs = {n: float(v.mean()) for n, v in on.parts.items() if v.mean() < 0}
    worst = min(costs, key=lambda n: (costs[n], n), default="")
    why = f" What moving costs most by is {worst}: {signed(costs[worst])} a step." if worst else ""
    yield finding(
        "idling_paid",
        0.66,
        f"Doing nothing pays: standing still returns {signed(usual)} a step in {idle.sum()} "
        f"recorded episodes, more than {better:.0%} of the {(~idle).sum()} others (median "
        f"{signed(float(np.median(pay[~idle])))}), with a task score of {number(worth)}, where the "
        f"best have {number(float(fitness.max()))}: an agent that stalls, or never leaves the "
        f"start, is paid best.{why}",
    )


def _worthless(on: OnBank, worth: float) -> bool:
    """Whether a fitness is next to nothing, by the task's maximum or beside other episodes."""
    usual = float(np.mean(on.fitness[~on.idle] <= worth)) <= HARDLY_ANY
    return usual or (on.facts.maximum is not None and worth <= NOTHING * on.facts.maximum)


def easy_findings(on: OnBank) -> Iterator[Finding]:
    """What is no part of the task is paid in full while nothing is done for the part that is one.

    A sum that is meant as AND: in half of the idle episodes and more one is had without the other.
    """
    if not on.idle.any():
        return
    orders = {name: on.base.components[name].order or 0.0 for name in on.parts}
    means = {name: _idle_means(on, values) for name, values in on.parts.items()}
    best = {name: float(np.quantile(values, 0.99)) for name, values in on.parts.items()}
    for hard, easy in itertools.permutations(on.alive, 2):
        part = orders[hard] >= ASKS and orders[easy] < BY_CHANCE
        if not part or best[hard] <= 0 or best[easy] < EQUAL * best[hard]:
            continue
        without = (means[easy] >= FULL * best[easy]) & (means[hard] <= HARDLY * best[hard])
        if without.mean() >= RULES:
            yield finding(
                "sum_for_and",
                0.58,
                f"{easy} is had without {hard}: in {without.sum()} of {without.size} episodes in "
                f"which nothing is done it pays {signed(float(means[easy][without].mean()))} a "
                f"step (up to {number(best[easy])} is recorded), and {hard} "
                f"{signed(float(means[hard][without].mean()))} (up to {number(best[hard])}). Where "
                "both are meant, multiply terms between 0 and 1: a sum pays for either.",
            )
            return


def _idle_means(on: OnBank, values: Array) -> Array:
    """The mean of each idle episode, (idle episodes,)."""
    parts = zip(on.cut(values), on.idle, strict=True)
    return np.array([part.mean() for part, idle in parts if idle])


def _comings_paid(on: OnBank) -> Iterator[Finding]:
    """Gains are paid and losses are not charged: to go away and come back pays again and again."""
    for name, values in _rulers(on):
        order = on.base.components[name].order
        if float(values.min()) < 0 or (order is not None and not BACKWARDS < order < ASKS):
            continue
        for what, change, least in _changes(on, values):
            relation = max(_relation(values, np.maximum(way, 0.0)) for way in (change, -change))
            if relation >= least:
                yield finding(
                    "gains_only",
                    0.64,
                    f"{name} pays for {what} and charges nothing for losing them "
                    f"(correlation {relation:+.2f} with the gains alone), and makes up "
                    f"{on.share(name):.0%} of the spread: going away and coming back, a loop, pays "
                    "again and again. Pay the difference, with its sign.",
                )
                return


def _changes(on: OnBank, values: Array) -> Iterator[tuple[str, Array, float]]:
    """What is gained in a step, in words and numbers: a signal's change, or a speed, (steps,).

    With the least correlation of `values` with the gains alone: with a speed's they have to go
    better than with the speed itself, which may be the task's.
    """
    known = on.bank.episodes[0].signals
    for signal, now in on.scalars.items():
        if f"previous_{signal}" in known:
            change = np.nan_to_num(now - on.signal(f"previous_{signal}"))
            yield f"gains in {signal}", change, PROGRESS
    for speed, way in on.speeds.items():
        yield f"gains by {speed}", way, max(PROGRESS, abs(_relation(values, way)) + BETTER)


def _beyond_bounds(on: OnBank) -> Iterator[Finding]:
    """The total goes with a signal up to bounds at which it has to end."""
    order = on.base.total.order
    if order is None or order > BY_CHANCE or not np.ptp(on.total):
        return
    for name, values in on.scalars.items():
        if name in on.speeds:
            continue
        low, high = on.facts.bounds.get(name, (None, None))
        if low is None or high is None or not np.ptp(values):
            continue
        for way, how in ((values, "up"), (-values, "down"), (np.abs(values), "away from 0")):
            relation = _relation(on.total, way)
            if relation >= ONE_WAY:
                yield finding(
                    "out_of_bounds",
                    0.68,
                    f"The reward asks for an end of {name}, which lies between {number(low)} and "
                    f"{number(high)}: it goes with it {how} (correlation {relation:+.2f} over "
                    f"{values.size} recorded steps), and not with the task (of two episodes the "
                    f"fitter has more return in {order:.0%}).",
                )
                return


def _rulers(on: OnBank) -> list[tuple[str, Array]]:
    """The incomes that make up most of the spread."""
    return [(n, v) for n, v in on.alive.items() if v.mean() > 0 and on.share(n) > RULES]


def _relation(x: Array, y: Array) -> float:
    """The correlation; 0 where there is none."""
    return stats.pearson(x, y) or 0.0 if np.isfinite(y).all() else 0.0
