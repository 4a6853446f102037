"""The preference loss: how well returns follow the fitness of episodes and of windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rewardsmith.signals import Array
from rewardsmith.tuning.evidence import Evidence

ALIKE = 0.05
"""Of the range of fitness: episodes this near to each other make no pair."""
MOST_EPISODES = 80
"""So many of others' enter into pairs, spread evenly over the order of fitness; own ones all do."""
LONGEST = 400
"""Steps of an episode that are looked at; later ones count nothing in what is discounted."""
DISCOUNT = 0.98
"""What a reward one step later counts: policies do not see what comes much later, either.

The loss of 16, 21 and 15 rewards with multiplied numbers (cart-pole with a target, continuous
mountain car, pendulum) had a rank correlation of -0.93, -0.87 and -0.82 with what they reached
after training, with 0.99 of -0.85, -0.79 and -0.83, undiscounted of -0.78, -0.68 and -0.69.
"""
FARSIGHTED = 0.999
"""The trainer's discount is taken as no larger: at 1 what goes on for ever has no sum."""
EPISODES_COUNT = 0.5
"""What the pairs of episodes count, where windows count 1, and endings as well.

Episodes tell apart what is far from good.  Of 12 fitted rewards (cart-pole with a target) their
loss said nothing of what training reached (rank correlation 0.03), that of windows much (-0.74), of
windows and endings most (-0.87), where all three in full said -0.80."""
SHARPNESS = 3.0
"""How much one standard deviation of returns counts: misordered pairs weigh, sure ones do not."""
STRIDE, WINDOW = 50, 2
"""A window begins every so many steps, and is so many of these long.

Episodes differ in many things at once; windows tell where a target lies."""
MOST_WINDOWS = 200
"""So many of others', and as many of the reward's own, enter into pairs."""
BY_VALUE = 0.75
"""So much of the spread of windows is over the range of fitness, the rest over its order."""
MOST_ENDINGS = 100
"""The same of those that the simulator ended, and of those that went on."""


@dataclass(frozen=True, slots=True)
class Returns:
    """How steps become returns: of blocks one after another, and of windows of blocks."""

    lengths: tuple[int, ...]
    """Steps of every block."""
    ahead: Array
    """What the block itself and those after it count in a window, (blocks in a window, blocks)."""
    discount: float = DISCOUNT

    @classmethod
    def of_episodes(cls, lengths: tuple[int, ...]) -> Returns:
        """Every episode is one block, and one window."""
        return cls(lengths, np.ones((1, len(lengths))))

    @classmethod
    def of_windows(cls, lengths: tuple[int, ...], discount: float = DISCOUNT) -> Returns:
        """Episodes in blocks of STRIDE steps; a window does not go beyond its episode."""
        blocks = [-(-length // STRIDE) for length in lengths]
        left = np.concatenate([np.arange(count, 0, -1) for count in blocks])
        cut = (min(STRIDE, n - first) for n in lengths for first in range(0, n, STRIDE))
        place = np.arange(WINDOW)[:, None]
        ahead = np.where(place < left, discount ** (STRIDE * place), 0.0)
        return cls(tuple(cut), ahead, discount)

    def times(self, factors: Array) -> Returns:
        """The same, each window's return multiplied."""
        return replace(self, ahead=self.ahead * factors)

    def of(self, values: Array) -> Array:
        """The discounted sum of the steps' values in every window, (blocks,)."""
        starts = np.cumsum((0, *self.lengths[:-1]))
        step = np.arange(len(values)) - np.repeat(starts, self.lengths)
        sums = np.add.reduceat(np.asarray(values, dtype=np.float64) * self.discount**step, starts)
        return sum(
            (weights * np.roll(sums, -place) for place, weights in enumerate(self.ahead)),
            start=np.zeros(len(sums)),
        )


@dataclass(frozen=True, slots=True)
class Windows:
    """What is known of every window, (windows,)."""

    own: Array
    ended: Array
    """Whether the simulator ended its episode."""
    steps: Array
    whole: Array
    """Whether it has all of its steps."""
    last: Array
    """Whether its episode ends with it."""

    @classmethod
    def of(cls, evidence: Evidence) -> Windows:
        """As `Returns.of_windows` has them."""
        lengths = evidence.lengths
        blocks = [-(-length // STRIDE) for length in lengths]
        own, ended = (np.repeat(evidence.flags(name), blocks) for name in ("own", "ended"))
        left = np.concatenate([length - np.arange(0, length, STRIDE) for length in lengths])
        steps = np.minimum(left, WINDOW * STRIDE)
        return cls(own, ended, steps, left >= WINDOW * STRIDE, left <= WINDOW * STRIDE)


@dataclass(frozen=True, slots=True)
class Preference:
    """Pairs of episodes, or of windows, by index, the fitter first."""

    better: Array
    worse: Array
    weights: Array
    """Of the pairs: in proportion to the difference in fitness; they sum to 1.

    Half of it is with the pairs that hold an episode of the reward's own policies, where there are
    such: what its numbers lead to has to be worth less than what is fitter."""
    returns: Returns
    compared: Array
    """Those that are in a pair, by index."""

    @classmethod
    def of(cls, evidence: Evidence) -> Preference | None:
        """All pairs whose fitness differs clearly; None where there are none.

        Where fitness adds up, a piece of an episode is worth less than the whole: pieces are
        compared with what is as long.
        """
        length, segment = np.array(evidence.lengths), evidence.flags("segment")
        comparable = ~(segment[:, None] | segment) | (length[:, None] == length)
        fitness = np.array(evidence.fitness, dtype=np.float64)
        gap = np.where(comparable, fitness[:, None] - fitness, 0.0)
        returns = Returns.of_episodes(evidence.lengths)
        return cls._among(np.arange(len(length)), gap, evidence.flags("own"), returns)

    @classmethod
    def of_windows(cls, evidence: Evidence) -> Preference | None:
        """The same of windows of the episodes, of which each is worth its discounted fitness.

        Those that an episode's end cuts short count only where the simulator ended it.
        """
        if evidence.steps is None:
            return None
        returns = Returns.of_windows(evidence.lengths)
        windows = Windows.of(evidence)
        fitness, counts = returns.of(evidence.steps), windows.ended | windows.whole
        groups = [kind & counts for kind in (windows.own, ~windows.own)]
        places = _chosen(fitness, groups, MOST_WINDOWS)
        gap = fitness[places][:, None] - fitness[places]
        return cls._among(places, gap, windows.own[places], returns)

    @classmethod
    def of_endings(cls, evidence: Evidence) -> Preference | None:
        """Windows that the simulator ended against those that went on, as the trainer counts.

        A window that went on has more to come: of fitness what windows that go on have on the
        average, of the reward what it had itself.  A reward that is negative wherever policies
        begin pays them for ending, and other windows, which are compared as far as they go, do
        not show that.  None where an end costs nothing, or there are not both.
        """
        if evidence.steps is None or evidence.discount is None:
            return None
        windows, discount = Windows.of(evidence), min(evidence.discount, FARSIGHTED)
        last, on = windows.last & windows.ended, windows.whole & ~(windows.last & windows.ended)
        if not (last.any() and on.any()):
            return None
        later = discount**windows.steps
        returns = Returns.of_windows(evidence.lengths, discount)
        # All that follows at the discounted mean of these steps: the sum over 1 - discount^steps.
        going = returns.times(np.where(on, 1.0 / (1.0 - np.where(on, later, 0.0)), 1.0))
        fitness = returns.of(evidence.steps)
        fitness += np.where(on, later * float(going.of(evidence.steps)[on].mean()), 0.0)
        groups = [kind & end for kind in (windows.own, ~windows.own) for end in (last, on)]
        places = _chosen(fitness, groups, MOST_ENDINGS)
        gap = fitness[places][:, None] - fitness[places]
        gap[on[places][:, None] == on[places]] = 0.0
        return cls._among(places, gap, windows.own[places], going)

    @classmethod
    def _among(cls, places: Array, gap: Array, own: Array, returns: Returns) -> Preference | None:
        """The pairs of these places, by how much more one is worth than the other."""
        least = max(ALIKE * float(gap.max(initial=0.0)), 1e-12)
        better, worse = np.nonzero(gap > least)
        if not len(better):
            return None
        about, weights = own[better] | own[worse], gap[better, worse]
        for group in (about, ~about):
            weights[group] /= weights[group].sum() or 1.0
        compared = places[np.union1d(better, worse)]
        return cls(places[better], places[worse], weights / weights.sum(), returns, compared)

    def loss(self, totals: Array) -> float:
        """Minus the mean log sigmoid of the standardised returns' differences; ln 2 is chance.

        `totals` are the rewards of all steps in one row.  Returns are discounted, and divided by
        their standard deviation, because training does the same: the scale of a reward says
        nothing.
        """
        returns = self.returns.of(totals)
        compared = returns[self.compared]
        deviation, size = float(compared.std()), float(np.abs(compared).max())
        if not np.isfinite(deviation) or deviation <= 1e-12 * max(1.0, size):
            return float(np.log(2.0))
        lead = SHARPNESS / deviation * (returns[self.better] - returns[self.worse])
        # log(1 + exp(-lead)), which never overflows; logaddexp takes several times as long
        losses = np.maximum(-lead, 0.0) + np.log(1.0 + np.exp(-np.abs(lead)))
        return float(losses @ self.weights)


@dataclass(frozen=True, slots=True)
class Preferences:
    """All kinds of pairs that there are."""

    kinds: tuple[tuple[Preference, float], ...]
    """Those of windows and of episodes, and how much each counts."""
    endings: Preference | None = None

    @classmethod
    def of(cls, evidence: Evidence) -> Preferences | None:
        """None where there are none that say what is better than what."""
        found = (
            (Preference.of_windows(evidence), 1.0),
            (Preference.of(evidence), EPISODES_COUNT),
        )
        kinds = tuple((kind, share) for kind, share in found if kind is not None)
        return cls(kinds, Preference.of_endings(evidence)) if kinds else None

    def losses(self, totals: Array) -> tuple[float, ...]:
        """The mean loss, and then that of each kind with what endings add."""
        losses = [kind.loss(totals) for kind, _ in self.kinds]
        shares = [share for _, share in self.kinds]
        if self.endings is None:
            return (float(np.average(losses, weights=shares)), *losses)
        end = self.endings.loss(totals)
        mean = float(np.average([*losses, end], weights=[*shares, 1.0]))
        return (mean, *((loss + end) / 2.0 for loss in losses))


def thinned(evidence: Evidence) -> Evidence:
    """As many episodes as are compared: all pairs of them are, and each costs time."""
    own, fitness = evidence.flags("own"), np.array(evidence.fitness)
    others = np.nonzero(~own)[0]
    order = others[np.argsort(fitness[others], kind="stable")]
    places = np.concatenate([np.nonzero(own)[0], order[_spread(len(order), MOST_EPISODES)]])
    return evidence.picked(places, LONGEST)


def _chosen(fitness: Array, groups: Sequence[Array], most: int) -> Array:
    """The places of at most so many windows of each group, spread over their fitness.

    Evenly over its order in one part, for the rest over its range: of what policies do only a
    little is nearly right, and that little tells where exactly a target lies.
    """
    chosen: list[Array] = []
    for group in groups:
        places = np.nonzero(group)[0]
        order = places[np.argsort(fitness[places], kind="stable")]
        values = fitness[order]
        if len(order) > most and values[-1] > values[0]:
            value = (values - values[0]) / (values[-1] - values[0])
            way = (1.0 - BY_VALUE) * np.linspace(0.0, 1.0, len(order)) + BY_VALUE * value
            found = np.searchsorted(way, np.linspace(0.0, 1.0, most))
            chosen.append(order[np.unique(np.minimum(found, len(order) - 1))])
        else:
            chosen.append(order[_spread(len(order), most)])
    return np.concatenate(chosen)


def _spread(count: int, most: int) -> Array:
    """At most so many of `count` places, evenly spread, the first and the last among them."""
    return np.linspace(0, count - 1, min(count, most)).round().astype(int)
