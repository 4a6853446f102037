"""Findings about episodes: how they end and when, how near to success, what that pays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from rewardsmith import stats
from rewardsmith.analyzer.agreement import Base
from rewardsmith.analyzer.episodes import EpisodeRows
from rewardsmith.analyzer.evidence import Evidence, finding, number, signed, thirds
from rewardsmith.records import Episode, Finding

MOSTLY = 0.5
"""Share of episodes from which something is told as what happens."""
EARLY = 0.9
"""An episode that reached this part of the time limit is not told as early."""
ENOUGH = 3
"""Fewer episodes of a kind are not compared."""
LONGER_IS_WORSE = -0.3
"""Rank correlation of length and fitness below which ending early is what the task wants."""
LAST_STEPS = 10
"""The steps before an end whose reward is compared with the episode's."""
PAYS_MORE = 1.75
"""Times the pay of the steps before from which the last moments are what pays: a runner that falls
forward is paid up to half as much again."""
RISES = 1.4
"""Times the pay of the steps before from which a component rises towards the ends."""
THE_TASKS = 0.96
"""Part of a component's spread explained by the fitness from which it is the task's."""
BINS = 50
"""Bins of the fitness that explain a component."""
NEAR = 0.8
"""Part of success from which an episode came near it."""
EXPLAINS = 0.89
"""Severity of a cause that also shows as a wrong sign or as hacking: it is told before them."""
LED_TO = 0.87
"""Severity of what was learned in place of the task, ends among it: it stands before hacking, of
which it is the way, and behind a sign that is wrong."""
SHORTER = 0.2
"""Part by which episodes became shorter along training, beyond the noise of a mean."""
HARDLY = 0.2
"""Part of all that is paid and charged, below which an income is no reason."""
ALL_TOLD = 4
"""Signals at an end that are quoted."""


def ending_findings(
    evidence: Evidence, base: Base | None = None, *, under_way: bool = False
) -> Iterator[Finding]:
    """How episodes end, and whether the reward made them end so.

    Of a policy that is on its way to the task, and lasts as long as it did, no early end is told,
    but where the last moments are what pays, or something that is not the task's pays for them.
    """
    if not under_way or not _lasts_as_long(evidence) or ends_are_paid(evidence, base):
        yield from _early(evidence)
    yield from _finishing_costs(evidence)
    yield from _uneven(evidence)


def paid(evidence: Evidence, rows: Sequence[EpisodeRows] = ()) -> str:
    """Which component was the largest income of these episodes, as a sentence; may be empty."""
    chosen = rows or evidence.rows
    income: dict[str, float] = {}
    for name in evidence.components:
        parts = [e.arrays[f"component_{name}"] for e in chosen if f"component_{name}" in e.arrays]
        if parts:
            income[name] = float(np.mean(np.concatenate(parts)))
    gross = sum(abs(value) for value in income.values())
    if not gross:
        return ""
    best = max(income, key=lambda name: (income[name], name))
    if income[best] <= 0:
        return f" Every component costs there; the least, {best}, {signed(income[best])} a step."
    if income[best] < HARDLY * gross:
        return f" Hardly anything pays there: the most, {best}, {signed(income[best])} a step."
    return (
        f" What pays for it is {best}: {signed(income[best])} a step, "
        f"{income[best] / gross:.0%} of all that is paid and charged."
    )


def _early(evidence: Evidence) -> Iterator[Finding]:
    """Ended by the simulator long before the time limit, where that is no success."""
    success, limit = evidence.facts.success, evidence.limit
    early = [
        e
        for e in evidence.episodes
        if e.terminated
        and (success is None or e.fitness < success)
        and (limit is None or e.length < EARLY * limit)
    ]
    if evidence.solved or len(early) < MOSTLY * max(1, len(evidence.episodes)):
        return
    if success is None and _ending_is_good(evidence.episodes):
        return
    lengths = [e.length for e in early]
    median = float(np.median(lengths))
    of = "" if limit is None else f" of {limit}"
    shortness = 1.0 if limit is None else 1 - median / limit
    severity = LED_TO if _led_to_ends(evidence) else 0.5 + 0.2 * shortness
    rows = [e for e in evidence.rows if e.record in early]
    sentence = (
        f"{len(early)} of {len(evidence.episodes)} episodes ended early (the simulator terminated "
        f"them), at a median of step {median:.0f}{of}, the first at {min(lengths)}."
    )
    sentence += what_ended(rows) + last_moments(rows) + paid_at_ends(evidence, rows)
    yield finding("ends_early", severity, sentence)
    yield from living_costs(evidence, rows, median)


def _led_to_ends(evidence: Evidence) -> bool:
    """Whether training made episodes shorter and return no less: the end is what was learned."""
    (long, short), (before, after) = (thirds(evidence.curve(k)) for k in ("length", "return"))
    if long is None or short is None or before is None or after is None:
        return False
    return short < (1 - SHORTER) * long and after >= before


def _lasts_as_long(evidence: Evidence) -> bool:
    """Whether training made episodes no shorter."""
    short, long = thirds(evidence.curve("length"))
    return short is not None and long is not None and long >= short


def _ending_is_good(episodes: Sequence[Episode]) -> bool:
    """Whether ending is what the task wants, told from fitness: by kind of end, else by length."""
    ended = [e.fitness for e in episodes if e.terminated]
    lasted = [e.fitness for e in episodes if not e.terminated]
    if min(len(ended), len(lasted)) >= ENOUGH:
        return float(np.mean(ended)) > float(np.mean(lasted))
    relation = stats.spearman([e.length for e in episodes], [e.fitness for e in episodes])
    return relation is not None and relation < LONGER_IS_WORSE


def what_ended(rows: Sequence[EpisodeRows]) -> str:
    """Which events held at the last steps of these episodes, as a sentence; may be empty."""
    at_end = Counter(name for e in rows for name, holds in e.events.items() if holds[-1])
    told = ", ".join(f"{name} in {count}" for name, count in at_end.most_common())
    return f" What held at their ends: {told} of {len(rows)} recorded." if told else ""


def ends_are_paid(evidence: Evidence, base: Base | None) -> bool:
    """Whether episodes end early for the pay of their last moments, by the total or a component."""
    return _ends_pay(evidence) or _led_astray(evidence, base)


def _ends_pay(evidence: Evidence) -> bool:
    """Whether the last steps of episodes that the simulator ended are paid far more than others."""
    last, before = _around_ends([e for e in evidence.rows if e.terminated])
    return last > max(0.0, PAYS_MORE * before)


def _led_astray(evidence: Evidence, base: Base | None) -> bool:
    """Whether the largest income of the last moments rose towards them, and is not the task's.

    A runner that falls forward runs faster as it falls; one that is paid for leaning falls for
    that.  What goes with the fitness of a step, in whatever shape, is the task's.
    """
    rows = [e for e in evidence.rows if e.terminated]
    around = {name: _around_ends(rows, f"component_{name}") for name in evidence.components}
    most = max(around, key=lambda name: (around[name][0], name), default=None)
    if most is None or base is None or most not in base.columns:
        return False
    last, before = around[most]
    return last > max(0.0, RISES * before) and _explained(base, most) < THE_TASKS


def _explained(base: Base, name: str) -> float:
    """Part of a component's spread on the bank that the fitness of the same steps explains.

    The correlation ratio over BINS equally filled bins of the fitness, so that a cap or a bend
    does not count; 1 where no step has a fitness of its own.
    """
    known = (
        [] if base.bank is None else [e.steps for e in base.bank.episodes if e.steps is not None]
    )
    fitness = np.concatenate(known) if known else np.zeros(0)
    values = np.asarray(base.columns[name])
    if fitness.size != values.size or not np.ptp(fitness) or not np.ptp(values):
        return 1.0
    edges = np.unique(np.quantile(fitness, np.linspace(0, 1, BINS + 1)[1:-1]))
    place = np.searchsorted(edges, fitness)
    counts = np.bincount(place)
    means = np.bincount(place, values)[counts > 0] / counts[counts > 0]
    between = float(np.sum(counts[counts > 0] * (means - values.mean()) ** 2))
    return between / float(np.sum((values - values.mean()) ** 2))


def _around_ends(rows: Sequence[EpisodeRows], name: str = "total") -> tuple[float, float]:
    """The mean pay of the last steps of episodes and of those before; 0 where all are short."""
    long = [e.arrays[name] for e in rows if name in e.arrays and e.length > 2 * LAST_STEPS]
    if not long:
        return 0.0, 0.0
    last = float(np.mean([values[-LAST_STEPS:].mean() for values in long]))
    return last, float(np.mean([values[:-LAST_STEPS].mean() for values in long]))


def paid_at_ends(evidence: Evidence, rows: Sequence[EpisodeRows]) -> str:
    """Which component paid more towards these ends than before, as a sentence.

    Where none did it is the largest income of the whole episodes; may be empty.
    """
    around = {name: _around_ends(rows, f"component_{name}") for name in evidence.components}
    rises = {name: last - before for name, (last, before) in around.items()}
    most = max(rises, key=lambda name: (rises[name], name), default=None)
    if most is None or rises[most] <= 0 or around[most][0] <= 0:
        return paid(evidence, rows)
    last, before = around[most]
    return (
        f" What pays more towards the end is {most}: {signed(last)} a step in the last "
        f"{LAST_STEPS}, {signed(before)} before."
    )


def last_moments(rows: Sequence[EpisodeRows]) -> str:
    """What the signals were at the end, and whether the last steps were paid better."""
    if not rows:
        return ""
    quoted = min(rows, key=lambda e: (e.length, e.seed, e.number))
    ends = {name: float(values[-1]) for name, values in quoted.scalars.items()}
    told = ", ".join(f"{name} {number(value)}" for name, value in list(ends.items())[:ALL_TOLD])
    text = f" In {quoted.place} it ended at step {quoted.length} with {told}." if told else ""
    last, before = _around_ends(rows)
    if not last and not before:
        return text
    verb = "paid more" if last > before else "paid less"
    return (
        f"{text} The last {LAST_STEPS} steps {verb} ({signed(last)} a step) "
        f"than those before ({signed(before)})."
    )


def living_costs(
    evidence: Evidence, rows: Sequence[EpisodeRows], median: float
) -> Iterator[Finding]:
    """Ending early is cheaper than going on: the reward of nearly every step is negative."""
    totals = [e.arrays["total"] for e in rows if "total" in e.arrays]
    if not totals:
        return
    pooled = np.concatenate(totals)
    share = float(np.mean(pooled < 0))
    limit = evidence.limit
    if pooled.mean() >= 0 or share < EARLY or limit is None or median > MOSTLY * limit:
        return
    yield finding(
        "living_costs",
        EXPLAINS,
        f"Living costs: the total was negative on {share:.0%} of the steps "
        f"({signed(float(pooled.mean()))} a step), so an episode that ends at step {median:.0f} "
        f"loses {number(abs(float(pooled.mean())) * (limit - median))} less than one that lasts "
        f"to {limit}: ending early pays.",
    )


def _finishing_costs(evidence: Evidence) -> Iterator[Finding]:
    """Success ends the income: episodes that succeed are paid less than those that do not."""
    success = evidence.facts.success
    if success is None or evidence.solved:
        return
    known = [(e.fitness >= success, e.reward, e.length) for e in evidence.episodes]
    done = [(reward, length) for good, reward, length in known if good and reward is not None]
    rest = [(reward, length) for good, reward, length in known if not good and reward is not None]
    if min(len(done), len(rest)) < ENOUGH:
        return
    finished, lasted = (float(np.mean([r for r, _ in group])) for group in (done, rest))
    if finished < lasted:
        yield finding(
            "finishing_costs",
            EXPLAINS,
            f"Finishing costs: the {len(done)} episodes that succeeded returned "
            f"{number(finished)} (median length {np.median([n for _, n in done]):.0f}), the "
            f"{len(rest)} that did not {number(lasted)} "
            f"(median length {np.median([n for _, n in rest]):.0f}).",
        )


def _uneven(evidence: Evidence) -> Iterator[Finding]:
    """Some seeds solve the task and some never do."""
    success = evidence.facts.success
    if success is None:
        return
    rates = {
        m.seed: float(np.mean([e.fitness >= success for e in m.episodes]))
        for m in evidence.members
        if m.episodes
    }
    kinds = Counter("good" if r >= NEAR else "bad" if r <= 1 - NEAR else "" for r in rates.values())
    if kinds["good"] and kinds["bad"]:
        told = ", ".join(f"seed {seed}: {rate:.0%}" for seed, rate in rates.items())
        yield finding(
            "uneven_seeds",
            0.38,
            f"The reward works for {kinds['good']} of {len(rates)} seeds and fails for "
            f"{kinds['bad']} (episodes that succeed, {told}): learning hangs on luck.",
        )
