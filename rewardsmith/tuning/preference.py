"""The preference loss: how well returns follow the fitness of episodes and of windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
SHARPNESS = 3.0
"""How much one standard deviation of returns counts: misordered pairs weigh, sure ones do not."""
STRIDE, WINDOW = 50, 2
"""A window begins every so many steps, and is so many of these long.

Episodes differ in many things at once; windows tell where a target lies."""
MOST_WINDOWS = 200
"""So many of others', and as many of the reward's own, enter into pairs."""


@dataclass(frozen=True, slots=True)
class Returns:
    """How steps become returns: of blocks one after another, and of windows of blocks."""

    lengths: tuple[int, ...]
    """Steps of every block."""
    ahead: Array
    """What the block itself and those after it count in a window, (blocks in a window, blocks)."""

    @classmethod
    def of_episodes(cls, lengths: tuple[int, ...]) -> Returns:
        """Every episode is one block, and one window."""
        return cls(lengths, np.ones((1, len(lengths))))

    @classmethod
    def of_windows(cls, lengths: tuple[int, ...]) -> Returns:
        """Episodes in blocks of STRIDE steps; a window does not go beyond its episode."""
        blocks = [-(-length // STRIDE) for length in lengths]
        left = np.concatenate([np.arange(count, 0, -1) for count in blocks])
        cut = (min(STRIDE, n - first) for n in lengths for first in range(0, n, STRIDE))
        place = np.arange(WINDOW)[:, None]
        return cls(tuple(cut), np.where(place < left, DISCOUNT ** (STRIDE * place), 0.0))

    def of(self, values: Array) -> Array:
        """The discounted sum of the steps' values in every window, (blocks,)."""
        starts = np.cumsum((0, *self.lengths[:-1]))
        step = np.arange(len(values)) - np.repeat(starts, self.lengths)
        sums = np.add.reduceat(np.asarray(values, dtype=np.float64) * DISCOUNT**step, starts)
        return sum(
            (weights * np.roll(sums, -place) for place, weights in enumerate(self.ahead)),
            start=np.zeros(len(sums)),
        )


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
        fitness = returns.of(evidence.steps)
        blocks = [-(-length // STRIDE) for length in evidence.lengths]
        own, ended = (np.repeat(evidence.flags(name), blocks) for name in ("own", "ended"))
        counts = ended | _whole(evidence.lengths)
        chosen: list[Array] = []
        for group in (own, ~own):
            places = np.nonzero(group & counts)[0]
            order = places[np.argsort(fitness[places], kind="stable")]
            chosen.append(order[_spread(len(order), MOST_WINDOWS)])
        places = np.concatenate(chosen)
        gap = fitness[places][:, None] - fitness[places]
        return cls._among(places, gap, own[places], returns)

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


def preferences_of(evidence: Evidence) -> tuple[Preference, ...]:
    """The pairs of episodes, and those of windows, as far as there are any."""
    found = (Preference.of(evidence), Preference.of_windows(evidence))
    return tuple(preference for preference in found if preference is not None)


def thinned(evidence: Evidence) -> Evidence:
    """As many episodes as are compared: all pairs of them are, and each costs time."""
    own, fitness = evidence.flags("own"), np.array(evidence.fitness)
    others = np.nonzero(~own)[0]
    order = others[np.argsort(fitness[others], kind="stable")]
    places = np.concatenate([np.nonzero(own)[0], order[_spread(len(order), MOST_EPISODES)]])
    return evidence.picked(places, LONGEST)


def _whole(lengths: Sequence[int]) -> Array:
    """Whether a window has all of its steps, (blocks,)."""
    return np.concatenate(
        [np.arange(0, length, STRIDE) + WINDOW * STRIDE <= length for length in lengths]
    )


def _spread(count: int, most: int) -> Array:
    """At most so many of `count` places, evenly spread, the first and the last among them."""
    return np.linspace(0, count - 1, min(count, most)).round().astype(int)
