"""The preference loss: how well the returns of episodes agree with the order of their fitness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rewardsmith.signals import Array
from rewardsmith.tuning.evidence import Evidence

ALIKE = 0.05
"""Of the range of fitness: episodes this near to each other make no pair."""
MOST_EPISODES = 240
"""So many enter into pairs, spread evenly over the order of fitness."""
SHARPNESS = 3.0
"""How much one standard deviation of returns counts: misordered pairs weigh, sure ones do not."""


@dataclass(frozen=True, slots=True)
class Preference:
    """Pairs of episodes, by index, the fitter first."""

    better: Array
    worse: Array
    lengths: tuple[int, ...]

    @classmethod
    def of(cls, evidence: Evidence) -> Preference | None:
        """All pairs whose fitness differs clearly; None where there are none."""
        fitness = np.array(evidence.fitness, dtype=np.float64)
        order = np.argsort(fitness, kind="stable")
        spread = np.linspace(0, len(order) - 1, min(len(order), MOST_EPISODES)).round()
        kept = order[spread.astype(int)]
        gap = fitness[kept][:, None] - fitness[kept]
        first, second = np.nonzero(gap > max(ALIKE * float(np.ptp(fitness)), 1e-12))
        if not len(first):
            return None
        return cls(kept[first], kept[second], evidence.lengths)


def preference_loss(preference: Preference, totals: Array) -> float:
    """-mean log sigmoid of the standardised returns' differences; ln 2 is chance.

    `totals` are the rewards of all steps in one row.  Returns are divided by their standard
    deviation, because training does the same: the scale of a reward says nothing.
    """
    starts = np.cumsum((0, *preference.lengths[:-1]))
    returns = np.add.reduceat(np.asarray(totals, dtype=np.float64), starts)
    deviation = float(returns.std())
    if not np.isfinite(deviation) or deviation <= 1e-12 * max(1.0, float(np.abs(returns).max())):
        return float(np.log(2.0))
    lead = (returns[preference.better] - returns[preference.worse]) / deviation
    return float(np.logaddexp(0.0, -SHARPNESS * lead).mean())
