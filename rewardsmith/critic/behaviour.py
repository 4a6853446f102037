"""What a reward asks for, judged on recorded episodes whose fitness is known; pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rewardsmith import stats
from rewardsmith.bank import BankEpisode
from rewardsmith.records import Reason
from rewardsmith.signals import BUILTIN_SIGNALS, PREVIOUS, Array

FEWEST_EPISODES = 20
"""Below this nothing is said about the order of episodes."""
FEWEST_ENDINGS = 5
"""Below this nothing is said about what ending an episode is worth."""
ORDER = 0.4
"""Share of pairs in the right order below which a reward asks for the opposite.

Chance is 0.5, with a standard error near 0.06 for 96 episodes."""
SURE_ORDER = 0.25
"""Share below which the finding may reject and not only warn.

Measured (`tests/benchmarks/results/critic.json`): every reward below it trained badly; the lowest
of those that trained well had 0.35."""
_ALIKE = 0.05
"""Of the range of fitness: episodes this near to each other make no pair."""
_MOST_EPISODES = 200
_TENDENCY = 0.3
"""Rank correlation from which surviving and fitness go together, three standard errors of 96."""
_HORIZON = 100
"""Steps for which staying alive is compared with ending: the horizon of a discount of 0.99."""
_BLIND, _SEEING = 0.4, 0.8
"""Rank correlation below which no used signal moves with fitness, and from which another does."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A reward along the recorded episodes: what each step would have paid."""

    episodes: tuple[BankEpisode, ...]
    rewards: tuple[Array, ...]
    """(length,) each."""

    @classmethod
    def of(cls, episodes: Sequence[BankEpisode], total: Array) -> Trial:
        """From the totals of all episodes' steps in one row."""
        ends = np.cumsum([episode.length for episode in episodes])[:-1]
        return cls(tuple(episodes), tuple(np.split(total, ends)))

    @property
    def fitness(self) -> Array:
        """Of each episode."""
        return np.array([episode.fitness for episode in self.episodes], dtype=np.float64)

    @property
    def returns(self) -> Array:
        """The sum of each episode's rewards."""
        return np.array([steps.sum() for steps in self.rewards], dtype=np.float64)

    @property
    def terminated(self) -> Array:
        """Whether the simulator ended each."""
        return np.array([episode.terminated for episode in self.episodes], dtype=np.bool_)

    @property
    def lengths(self) -> Array:
        """Steps of each."""
        return np.array([len(steps) for steps in self.rewards])


@dataclass(frozen=True, slots=True)
class Order:
    """How well returns follow fitness."""

    share: float
    """P(the fitter of two episodes has more return), equal returns counting half: 0.5 is chance."""
    pairs: int
    worst: tuple[int, int] | None
    """The episode with more fitness and less return, and the other, where they differ most."""


def few_episodes(count: int) -> Reason:
    """Says that there are too few episodes to judge behaviour by."""
    message = (
        f"not applicable: order, alive and blindness, since {count} whole episodes with their "
        f"fitness were recorded and {FEWEST_EPISODES} are needed"
    )
    return Reason(rule="few_episodes", message=message, warning=True)


def judge_behaviour(trial: Trial, signals: Sequence[str]) -> Iterator[Reason]:
    """The findings on order, on staying alive, and on blindness."""
    for finding in (alive_finding(trial), order_finding(trial), blind_finding(trial, signals)):
        if finding is not None:
            yield finding


# ---------------------------------------------------------------- order


def order_of(trial: Trial) -> Order | None:
    """The order of returns against that of fitness; None below 20 episodes, or where all are alike.

    Carta et al. (CARD) call the share the trajectory preference.
    """
    if len(trial.episodes) < FEWEST_EPISODES:
        return None
    kept = np.linspace(0, len(trial.episodes) - 1, _MOST_EPISODES).round().astype(int)
    kept = np.unique(kept)
    fitness, returns = trial.fitness[kept], trial.returns[kept]
    gap = fitness[:, None] - fitness
    spread = float(np.ptp(fitness))
    better = gap > max(_ALIKE * spread, 1e-9 * max(1.0, float(np.abs(fitness).max())))
    pairs = int(better.sum())
    if not pairs:
        return None
    room = 1e-9 * max(1e-300, float(np.abs(returns).max()))
    lead = returns[:, None] - returns
    right = float((lead[better] > room).sum() + 0.5 * (np.abs(lead[better]) <= room).sum())
    wrong = np.where(better & (lead < -room), -gap * lead, 0.0)
    first, second = divmod(int(np.argmax(wrong)), len(kept))
    worst = (int(kept[first]), int(kept[second])) if wrong.any() else None
    return Order(right / pairs, pairs, worst)


def order_finding(trial: Trial) -> Reason | None:
    """Returns that fall where fitness rises, with the pair that shows it best.

    A warning in any case from SURE_ORDER on; below, the setting says whether it rejects.
    """
    order = order_of(trial)
    if order is None or order.worst is None or order.share >= ORDER:
        return None
    fitter, other = order.worst
    message = (
        f"of two recorded episodes the one with more fitness gets more return in only "
        f"{order.share:.0%} of {order.pairs} pairs (chance is 50%), so it asks for the wrong "
        f"thing; the worst pair: {_told(trial, fitter)}, but {_told(trial, other)}. Look "
        "for the component that pays the second more"
    )
    return Reason(rule="order", message=message, warning=order.share >= SURE_ORDER)


def _told(trial: Trial, index: int) -> str:
    episode = trial.episodes[index]
    who = f" of the policy `{episode.policy}`" if episode.policy else ""
    end = "ended by the simulator" if episode.terminated else "not ended by the simulator"
    return (
        f"an episode{who} ({episode.length} steps, {end}) with fitness {episode.fitness:.4g} "
        f"has return {trial.returns[index]:.4g}"
    )


# ---------------------------------------------------------------- alive


def survival_tendency(episodes: Sequence[BankEpisode]) -> float | None:
    """Rank correlation of how long episodes last with their fitness; None where it cannot be told.

    Above 0 to end early is a failure, below 0 it is a success.  An episode that was not ended by
    the simulator lasts longer than all that were.
    """
    ended = np.array([episode.terminated for episode in episodes], dtype=np.bool_)
    if len(episodes) < FEWEST_EPISODES or ended.sum() < FEWEST_ENDINGS:
        return None
    lengths = np.array([episode.length for episode in episodes])
    lasted = np.where(ended, lengths, lengths.max() + 1)
    tendency = stats.spearman(lasted, [episode.fitness for episode in episodes])
    return None if tendency is None or abs(tendency) < _TENDENCY else tendency


def alive_finding(trial: Trial) -> Reason | None:
    """A reward that pays for ending where that is a failure, or for staying where it is success."""
    tendency = survival_tendency(trial.episodes)
    if tendency is None:
        return None
    return _pays_to_end(trial) if tendency > 0 else _pays_to_stay(trial)


def _pays_to_end(trial: Trial) -> Reason | None:
    """Judged where it goes well: a step alive in the fittest quarter against ending."""
    fit = trial.fitness >= np.percentile(trial.fitness, 75)
    step = float(np.concatenate(list(_surviving(trial, fit))).mean())
    ending = float(np.mean([trial.rewards[i][-1] for i in np.flatnonzero(trial.terminated)]))
    if step * _HORIZON >= ending:
        return None
    message = (
        f"to end the episode early is a failure here, yet it pays: a step alive in the fittest "
        f"episodes is worth {step:.4g} on average, {step * _HORIZON:.4g} over {_HORIZON} steps, "
        f"and the step that ends an episode {ending:.4g}; make a step alive pay more, by a "
        "constant for each, say"
    )
    return Reason(rule="alive", message=message, warning=True)


def _pays_to_stay(trial: Trial) -> Reason | None:
    """What the whole time would pay in the episodes that last, against those that succeed."""
    lasting = ~trial.terminated
    if not lasting.any():
        lasting = trial.lengths >= np.percentile(trial.lengths, 75)
    step = float(np.concatenate(list(_surviving(trial, lasting))).mean())
    staying = step * float(trial.lengths.max())
    ending = float(trial.returns[trial.terminated].mean())
    if step <= 0 or staying <= ending:
        return None
    message = (
        f"to end the episode is success here, yet staying pays more: a step that does not end it "
        f"is worth {step:.4g} on average, {staying:.4g} over {trial.lengths.max()} steps, and a "
        f"whole episode that succeeds {ending:.4g}; pay nothing, or less than nothing, for a step "
        "without success, or much more for success"
    )
    return Reason(rule="alive", message=message, warning=True)


def _surviving(trial: Trial, chosen: Array) -> Iterator[Array]:
    """The rewards of the steps after which the chosen episodes went on."""
    yield np.empty(0)
    for index in np.flatnonzero(chosen):
        steps = trial.rewards[index]
        yield steps[:-1] if trial.terminated[index] and len(steps) > 1 else steps


# ---------------------------------------------------------------- blindness


def blind_finding(trial: Trial, signals: Sequence[str]) -> Reason | None:
    """No used signal moves with fitness though another does.

    Not applicable where fitness goes with how long an episode lasts: there any sum sees it.
    """
    episodes = trial.episodes
    if len(episodes) < FEWEST_EPISODES or survival_tendency(episodes) is not None:
        return None
    used = {name.removeprefix(PREVIOUS) for name in signals}
    declared = [
        name
        for name in episodes[0].signals
        if name not in BUILTIN_SIGNALS and not name.startswith(PREVIOUS)
    ]
    fitness = stats.ranks(trial.fitness)
    seen = _movement(episodes, [n for n in used if n in episodes[0].signals], fitness)
    if max(seen.values(), default=1.0) >= _BLIND:
        return None
    others = _movement(episodes, [n for n in declared if n not in used], fitness)
    best = max(others, key=others.__getitem__, default=None)
    if best is None or others[best] < _SEEING:
        return None
    message = (
        f"none of the signals that it uses ({', '.join(sorted(used))}) moves with fitness over "
        f"{len(episodes)} recorded episodes (rank correlation {max(seen.values()):.2f} at most), "
        f"and `{best}` does ({others[best]:.2f}); use it, or another that tells progress"
    )
    return Reason(rule="blind", message=message, warning=True)


def _movement(
    episodes: Sequence[BankEpisode], names: Iterable[str], fitness_ranks: Array
) -> Mapping[str, float]:
    """How far each signal's mean, mean size or end goes with fitness: the largest correlation.

    Of ranks, and without its sign.  The size is there for what counts both ways, an angle say.
    """
    found: dict[str, float] = {}
    lengths = np.array([episode.length for episode in episodes])
    starts = np.cumsum(lengths) - lengths
    for name in names:
        values = np.concatenate([np.asarray(e.signals[name]) for e in episodes])
        steps = values.reshape(len(values), -1).astype(np.float64)
        means = [np.add.reduceat(v, starts) / lengths[:, None] for v in (steps, np.abs(steps))]
        columns = np.concatenate([*means, steps[starts + lengths - 1]], axis=1)
        columns = columns[:, np.isfinite(columns).all(axis=0)]
        correlations = (stats.pearson(stats.ranks(c), fitness_ranks) for c in columns.T)
        found[name] = max((abs(c) for c in correlations if c is not None), default=0.0)
    return found
