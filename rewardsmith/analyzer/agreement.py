"""Agreement: how reward goes with fitness, on the bank and on the trained policies' episodes.

The bank is the base: episodes of simple policies, on which a proxy that is worth anything goes with
the fitness.  What is left of that on the trained policies' own episodes tells whether the proxy
was exploited (Laidlaw et al. 2024, "Correlated proxies": a reward is hacked where it correlates
with the true one under a base policy and its optimisation brings less of it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from rewardsmith import stats
from rewardsmith.analyzer.beside import Beside, beside_of
from rewardsmith.analyzer.courses import MARKS, Course, course_of, evaluated_course
from rewardsmith.analyzer.episodes import Array
from rewardsmith.analyzer.evidence import Evidence
from rewardsmith.bank import Bank
from rewardsmith.errors import RewardFailed, UsageError, unknown_name
from rewardsmith.language import parse_reward

Compute = Callable[[str, Mapping[str, Array]], tuple[Array, Mapping[str, Array]]]
"""Total and components, (rows,), of a source on signals: in a reward process."""
ENOUGH_ROWS = 100
"""Fewer steps than this are not correlated."""
ENOUGH_EPISODES = 10
"""Fewer episodes than this are not correlated."""
ENOUGH_PAIRS = 20
"""Fewer pairs of episodes with different fitness have no order."""
HIGH = 0.9
"""The quantile of the bank's returns that a policy which learned its reward surpasses."""
ASKS = 0.75
"""Share of the bank's pairs in the right order from which a reward asks for the task."""
BACKWARDS, MOSTLY_BACKWARDS = 0.25, 0.4
"""Share of the bank's pairs in the right order up to which a reward asks for the opposite of the
task, and up to which it does so where its steps go against the fitness as well."""
AGAINST = -0.3
"""Correlation with the fitness of an episode's steps from which they go against it."""
ALIKE = 0.05
"""Part of the range of fitness within which two episodes are no pair."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a quantity goes with fitness; None where too little is known."""

    steps: float | None = None
    """Correlation from step to step within episodes."""
    episodes: float | None = None
    """Rank correlation of its sum with fitness, from episode to episode."""
    order: float | None = None
    """P(the fitter of two episodes has more of it), equal ones counting half: 0.5 is chance."""


@dataclass(frozen=True, slots=True)
class Base:
    """A reward on the bank's episodes."""

    total: Agreement
    components: Mapping[str, Agreement] = field(default_factory=dict[str, Agreement])
    spreads: Mapping[str, float] = field(default_factory=dict[str, float])
    """By component: its standard deviation over the bank's steps."""
    quartiles: Mapping[str, tuple[float, float]] = field(
        default_factory=dict[str, tuple[float, float]]
    )
    """By component: what a quarter of the bank's steps stay below, and what a quarter surpass."""
    episodes: int = 0
    returns: Array = field(default_factory=lambda: np.zeros(0), repr=False)
    """Of every episode, as if none had been cut, (episodes,)."""
    fitness: Array = field(default_factory=lambda: np.zeros(0), repr=False)
    """The same of the fitness, (episodes,)."""
    beside: Beside | None = None
    bank: Bank | None = None
    columns: Mapping[str, Array] = field(default_factory=dict[str, Array], repr=False)
    """What it pays on every step of the bank: the components, and the total named ``, (steps,)."""

    @property
    def high_return(self) -> float:
        """What one in ten of the bank's episodes returns more than."""
        return float(np.quantile(self.returns, HIGH)) if self.returns.size else float("inf")

    @property
    def usual_fitness(self) -> tuple[float, float]:
        """Mean and standard deviation of the episodes' fitness."""
        if not self.fitness.size:
            return 0.0, 0.0
        return float(np.mean(self.fitness)), float(np.std(self.fitness))

    @property
    def asks_for_the_task(self) -> bool:
        """Whether the return orders simple policies' episodes as the fitness does."""
        return self.total.order is not None and self.total.order >= ASKS

    @property
    def backwards(self) -> bool:
        """Whether it asks for the opposite: by the order of episodes, or nearly, and by steps."""
        order, steps = self.total.order, self.total.steps
        if order is None:
            return False
        return order <= BACKWARDS or (
            order <= MOSTLY_BACKWARDS and steps is not None and steps <= AGAINST
        )

    @property
    def by_step(self) -> str:
        """Its correlation with the fitness from step to step, where that goes against it."""
        steps = self.total.steps
        against = steps is not None and steps <= AGAINST
        return f"; correlation {steps:+.2f} from step to step" if against else ""

    def paid_anyway(self, name: str, income: float, part: float) -> bool:
        """Whether simple policies have a component's income as well, but for a part of it.

        Nearly always (a constant), or on three steps of four: who is paid for being healthy loses
        that as they fall.
        """
        usual = self.quartiles.get(name, (income, income))[0] >= (1 - part) * income
        return usual or self.spreads.get(name, 0.0) <= part * income


def base_of(source: str, bank: Bank, compute: Compute) -> Base | None:
    """The reward on the bank's episodes; None where there are too few, or where it fails."""
    try:
        columns = columns_on(source, bank, compute)
    except (RewardFailed, UsageError):
        return None
    finite = all(np.isfinite(values).all() for values in columns.values())
    return base_on(bank, columns) if finite else None


def columns_on(source: str, bank: Bank, compute: Compute) -> dict[str, Array]:
    """Total (named ``) and components on every step of the bank's episodes, (steps,).

    Raises RewardFailed where it cannot be computed, UsageError where there are too few episodes
    or a signal was not recorded.
    """
    names, episodes = parse_reward(source).parameters, bank.episodes
    if len(episodes) < ENOUGH_EPISODES:
        raise UsageError(
            f"the bank has {len(episodes)} episodes with a fitness; {ENOUGH_EPISODES} are needed"
        )
    known = episodes[0].signals
    if missing := [name for name in names if name not in known]:
        raise UsageError(unknown_name("recorded signal", missing[0], known))
    parts = {name: np.concatenate([e.signals[name] for e in episodes]) for name in names}
    total, components = compute(source, {n: np.ascontiguousarray(v) for n, v in parts.items()})
    return {"": total, **components}


def base_on(bank: Bank, columns: Mapping[str, Array]) -> Base:
    """From what a reward paid on every step of the bank's episodes."""
    known = [e.steps for e in bank.episodes if e.steps is not None]
    steps = np.concatenate(known) if len(known) == len(bank.episodes) else np.zeros(0)
    lengths, fitness = [e.length for e in bank.episodes], [e.fitness for e in bank.episodes]
    base = base_from(lengths, fitness, steps, columns)
    beside = beside_of(bank, steps, np.asarray(columns[""]))
    returns, worth = _as_if_whole(bank, base.returns, base.fitness)
    return replace(base, beside=beside, bank=bank, columns=columns, returns=returns, fitness=worth)


def _as_if_whole(bank: Bank, returns: Array, fitness: Array) -> tuple[Array, Array]:
    """Returns and fitness of the episodes, had the cut ones gone on as they were.

    A bank cuts long episodes, which a policy's evaluation does not.  Fitness goes on where it is
    the sum of what the steps are worth.
    """
    limit = bank.time_limit
    if limit is None:
        return returns, fitness
    lengths = np.array([episode.length for episode in bank.episodes])
    ended = np.array([episode.terminated for episode in bank.episodes])
    longer = np.where(ended, 1.0, np.maximum(limit / lengths, 1.0))
    sums = [None if e.steps is None else float(e.steps.sum()) for e in bank.episodes]
    summed = None not in sums and np.allclose(np.array(sums, np.float64), fitness, 1e-3, 1e-6)
    return returns * longer, fitness * longer if summed else fitness


def base_from(
    lengths: Sequence[int], fitness: Sequence[float], steps: Array, columns: Mapping[str, Any]
) -> Base:
    """From what a reward paid on every step of some episodes; the column `` is its total."""
    ends = np.cumsum(lengths)[:-1]
    found = {
        name: Agreement(
            steps=_steps(values, steps, lengths),
            episodes=_episodes([float(p.sum()) for p in np.split(values, ends)], fitness),
            order=order([float(p.sum()) for p in np.split(values, ends)], fitness),
        )
        for name, values in columns.items()
    }
    total = found.pop("")
    spreads = {name: float(np.std(columns[name])) for name in found}
    quartiles = {name: _quartiles(columns[name]) for name in found}
    returns = [float(part.sum()) for part in np.split(columns[""], ends)]
    return Base(
        total,
        found,
        spreads,
        quartiles,
        len(lengths),
        returns=np.array(returns),
        fitness=np.array(fitness, dtype=np.float64),
    )


def trained_agreement(evidence: Evidence) -> Agreement:
    """Return and fitness on the trained policies' own episodes, of all seeds together."""
    known = [(e.reward, e.fitness) for e in evidence.episodes if e.reward is not None]
    returns, fitness = [r for r, _ in known], [f for _, f in known]
    return Agreement(
        steps=by_step(evidence, "total"),
        episodes=_episodes(returns, fitness),
        order=order(returns, fitness),
    )


def by_step(evidence: Evidence, name: str) -> float | None:
    """Correlation of a recorded array with fitness from step to step within episodes."""
    lengths = [e.length for e in evidence.rows if name in e.arrays]
    return _steps(evidence.pooled(name), evidence.pooled("fitness"), lengths)


def along_training(evidence: Evidence) -> float | None:
    """Rank correlation of return and fitness along training, the mean over the seeds."""
    return _over(course_of(member) for member in evidence.members)


def over_checkpoints(evidence: Evidence) -> float | None:
    """The same over evaluations: at the checkpoints, and at the end."""
    courses = (evaluated_course(member) for member in evidence.members)
    return _over(course for course in courses if len(course.fitness) >= MARKS)


def _over(courses: Iterable[Course]) -> float | None:
    known = [stats.spearman(course.returns, course.fitness) for course in courses]
    found = [relation for relation in known if relation is not None]
    return float(np.mean(found)) if found else None


def order(sums: Sequence[float], fitness: Sequence[float]) -> float | None:
    """P(the fitter of two episodes has the larger sum); None below ENOUGH_PAIRS pairs."""
    x, y = np.asarray(sums, dtype=np.float64), np.asarray(fitness, dtype=np.float64)
    if not y.size:
        return None
    gap = y[:, None] - y
    better = gap > max(ALIKE * float(np.ptp(y)), 1e-9 * max(1.0, float(np.abs(y).max())))
    if better.sum() < ENOUGH_PAIRS:
        return None
    room = 1e-9 * max(1e-300, float(np.abs(x).max()))
    lead = (x[:, None] - x)[better]
    return float(np.mean((lead > room) + 0.5 * (np.abs(lead) <= room)))


def _quartiles(values: Array) -> tuple[float, float]:
    low, high = np.quantile(values, (0.25, 0.75))
    return float(low), float(high)


def _steps(values: Array, fitness: Array, lengths: Sequence[int]) -> float | None:
    enough = values.size == fitness.size and values.size >= ENOUGH_ROWS
    return stats.pearson_within(values, fitness, lengths) if enough else None


def _episodes(sums: Sequence[float], fitness: Sequence[float]) -> float | None:
    return stats.spearman(sums, fitness) if len(sums) >= ENOUGH_EPISODES else None
