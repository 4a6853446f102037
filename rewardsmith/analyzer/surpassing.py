"""The hacking alarm on policies that return more than simple ones and are no better, or worse.

What is hacked from the first block on never shows as fitness that falls along training; it shows
beside the bank's episodes.  Those that a bank cut count as if they had gone on as they were.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rewardsmith.analyzer.agreement import HIGH, Base
from rewardsmith.analyzer.courses import BEYOND_NOISE
from rewardsmith.analyzer.evidence import Evidence, finding, number
from rewardsmith.analyzer.rising import what_rose
from rewardsmith.records import Finding

CLEARLY = 0.25
"""Standard deviations of the bank's fitness from its mean from which a policy has clearly less, or
more."""
HARDLY = 0.05
"""Part of the way from a fitness to the maximum that is hardly any."""
HALF = 0.5
"""Part of the way from simple policies' mean fitness to their best from which a policy is one of
the better ones, whose fitness does not lag behind its return."""
FEW = 5
"""Episodes of simple policies, clearly fitter than the trained one, that tell nothing yet."""
NEARLY = 0.05
"""Of the range of simple policies' returns: so near to one of them counts as it, for some do by
chance what training found."""
CLOSELY = 0.95
"""Share of the bank's pairs in the right order from which a reward follows the fitness so closely
that a fitness which has not risen yet is on its way."""


def surpassing_findings(evidence: Evidence, base: Base, *, leads_away: bool) -> Iterator[Finding]:
    """One alarm at most: fitter episodes return less, or the fitness is no more than simple ones'.

    `leads_away` says that what is paid most is known to be something else.
    """
    known = [(e.reward, e.fitness) for e in evidence.episodes if e.reward is not None]
    if not known or not base.returns.size:
        return
    returns, fitness = (float(value) for value in np.mean(known, axis=0))
    alarm = _outranked(evidence, base, returns, fitness) or _below_simple(
        evidence, base, returns, fitness, leads_away=leads_away
    )
    if alarm is not None:
        yield alarm


def _outranked(evidence: Evidence, base: Base, returns: float, fitness: float) -> Finding | None:
    """A policy that training brought to more return than simple policies with a higher fitness."""
    began = next((value for value in evidence.curve("return") if value is not None), None)
    mean, spread = base.usual_fitness
    best = float(base.fitness.max())
    if began is None or returns <= began or fitness - mean >= HALF * (best - mean):
        return None
    maximum = best if evidence.facts.maximum is None else evidence.facts.maximum
    fitter = base.fitness > fitness + max(CLEARLY * spread, HARDLY * (maximum - fitness))
    fewer = int(np.sum(base.returns[fitter] < returns))
    if fitter.sum() < FEW or fewer < HIGH * fitter.sum():
        return None
    return finding(
        "hacking",
        0.6,
        f"Hacking: training brought the return from {number(began)} to {number(returns)}, which is "
        f"more than {fewer} of the {int(fitter.sum())} episodes of simple policies return that do "
        f"the task better: a task score of {number(fitness)} where theirs are "
        f"{number(float(base.fitness[fitter].min()))} to {number(best)}.{what_rose(evidence)}",
    )


def _below_simple(
    evidence: Evidence, base: Base, returns: float, fitness: float, *, leads_away: bool
) -> Finding | None:
    """As much return as the best of simple policies, and no more fitness than they have.

    How much the fitness must be short of theirs depends on what else is known.
    """
    mean, spread = base.usual_fitness
    if not spread:
        return None
    room = _room(evidence, base, fitness, leads_away=leads_away)
    high = base.high_return - NEARLY * float(np.ptp(base.returns))
    if room is None or returns <= high or fitness > mean + room:
        return None
    return finding(
        "hacking",
        0.6,
        f"Hacking: the trained policy returns {number(returns)}, where nine in ten of "
        f"{base.episodes} episodes of simple policies return {number(base.high_return)} at most, "
        f"with a task score of {number(fitness)} where those have {number(mean)}."
        f"{what_rose(evidence)}",
    )


def _room(evidence: Evidence, base: Base, fitness: float, *, leads_away: bool) -> float | None:
    """How much more than simple policies' mean a fitness may be and still be short; None: never.

    A reward that does not ask for the task, with a fitness that did not rise, is hacked where it
    is not clearly better, or hardly nearer to the task's maximum; one that asks for it only where
    it is clearly worse.  What rose since training began is on its way, unless what it is paid for
    is known to lead away, or it is hardly nearer to the maximum than training began and the
    reward does not follow the fitness closely.
    """
    start = next((value for value in evidence.curve("fitness") if value is not None), None)
    if start is None:
        return None
    gain, asks = fitness - start, base.asks_for_the_task
    mean, spread = base.usual_fitness
    clearly, maximum = CLEARLY * spread, evidence.facts.maximum
    hardly = clearly if maximum is None else max(clearly, HARDLY * (maximum - mean))
    follows = base.total.order is None or base.total.order >= CLOSELY
    if maximum is not None and not follows and gain <= HARDLY * (maximum - start):
        return hardly
    enough = BEYOND_NOISE * abs(start) if asks else max(BEYOND_NOISE * abs(start), clearly)
    if gain > enough:
        return 0.0 if leads_away else None
    if asks and not leads_away:
        return -clearly
    return hardly
