"""Advice: for each component of a trained reward, whether to keep, rescale, rewrite or drop it.

Rules over what was measured, each with its numbers; a model may know better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rewardsmith import stats
from rewardsmith.records import ComponentCurve, TrainResult

DROWNING = 0.9
"""Share of the spread from which one component leaves the others no say."""
LOST = 0.02
"""Share of the spread, and part of the steps, below which a component has no say."""
TOGETHER = 0.5
"""Rank correlation along training from which two curves go together."""
ONCE = 0.5
"""Times in an episode from which a rare component is a price of something that happens, an end say,
and not a bonus that is hardly ever found."""
STEADY = 3.0
"""So many times its spread from which the mean of a component without a say makes it a constant."""
_FEWEST = 4


_Curve = tuple[ComponentCurve, float | None, float]
"""A component's curve, its correlation with the fitness along training, the episodes' length."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do with one component."""

    component: str
    action: str
    """keep, smaller, larger, rewrite or drop."""
    sentence: str
    """The same in words, and why."""


def component_advice(result: TrainResult | None, *, ends_early: bool = False) -> tuple[Advice, ...]:
    """One for each component, the largest share first; nothing where nothing was trained.

    `ends_early` says that episodes are known to end, by success or failure, although those of
    the trained policies may not: then a constant says what time is worth, and is kept.
    """
    if result is None or result.failure is not None:
        return ()
    found: dict[str, list[_Curve]] = {}
    for member in result.members:
        for curve in member.components:
            along = _along(curve.mean, member.curve_fitness)
            found.setdefault(curve.name, []).append((curve, along, _last(member.curve_length)))
    facts = {name: _Facts.of(curves) for name, curves in found.items()}
    order = sorted(facts, key=lambda name: (-facts[name].share, name))
    alone = len(facts) == 1
    total = sum(of.mean for of in facts.values())
    ended = any(e.terminated for member in result.members for e in member.episodes)
    advice: list[Advice] = []
    for name in order:
        of = facts[name]
        timed = (ended or ends_early) and of.steady
        advice.append(Advice(name, *(_time(of, total) if timed else of.advice(alone=alone))))
    return tuple(advice)


def _time(of: _Facts, total: float) -> tuple[str, str]:
    """Advice on a constant component where episodes can end: it says what a step more is worth.

    Where it alone gives an ordinary step its sign, whether going on or ending pays hangs on it.
    """
    what = "constant" if of.share == 0.0 else "nearly constant"
    rest = total - of.mean
    if (total > 0.0) == (rest > 0.0):
        return "keep", (
            f"keep: it is {what}, but episodes can end, so it says what time is worth "
            f"({of.mean:+.3g} of the {total:+.3g} of an ordinary step)"
        )
    return "keep", (
        f"keep: it is {what}, but episodes can end early, and without it an ordinary step "
        f"would be worth {rest:+.3g} and not {total:+.3g}"
    )


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known of one component at the end of training, mean over the seeds."""

    share: float
    spread: float
    active: float
    rise: float
    mean: float
    times: float
    """How often in an episode it is not 0."""
    along: float | None

    @classmethod
    def of(cls, curves: Sequence[_Curve]) -> _Facts:
        known = [along for _, along, _ in curves if along is not None]
        return cls(
            _mean([_last(curve.share) for curve, *_ in curves]),
            _mean([_last(curve.spread) for curve, *_ in curves]),
            _mean([_last(curve.positive, 1.0) for curve, *_ in curves]),
            _mean([_last(curve.mean) - _first(curve.mean) for curve, *_ in curves]),
            _mean([_last(curve.mean) for curve, *_ in curves]),
            _mean([_last(curve.positive, 1.0) * length for curve, _, length in curves]),
            float(np.mean(known)) if known else None,
        )

    @property
    def steady(self) -> bool:
        """Whether it is about the same on every step, but at an episode's end, say, and not 0."""
        if self.share >= LOST or self.active == 0.0:
            return False
        return self.share == 0.0 or abs(self.mean) > STEADY * self.spread

    def advice(self, *, alone: bool) -> tuple[str, str]:
        """What to do in a word, and in a sentence with the reason."""
        told = "" if self.along is None else f", correlation with the score {self.along:+.1f}"
        share = f"{self.share:.0%} of the spread{told}"
        helps = self.along is not None and self.along >= TOGETHER
        if self.share == 0.0 and self.active > 0.0:  # what is 0 everywhere pays for nothing yet
            return "drop", "drop: it is constant, and every episode is as long as any other"
        if self.active < LOST and self.times < ONCE:
            return (
                "rewrite",
                f"rewrite: it is 0 on {1 - self.active:.0%} of the steps; give it a slope",
            )
        if self.along is not None and self.along <= -TOGETHER and self.rise > 0:
            return "rewrite", f"rewrite: it rises while the score falls ({share})"
        if self.share > DROWNING and not alone and not helps:
            return "smaller", f"rescale, smaller: it drowns the others ({share})"
        if self.share < LOST:
            return "larger", f"rescale, larger, or drop: it has no say ({share})"
        return "keep", f"keep ({share})"


def _along(means: Sequence[float | None], fitness: Sequence[float | None]) -> float | None:
    """Rank correlation of a component's mean with the fitness along training."""
    pairs = [
        (x, y) for x, y in zip(means, fitness, strict=False) if x is not None and y is not None
    ]
    if len(pairs) < _FEWEST:
        return None
    return stats.spearman([x for x, _ in pairs], [y for _, y in pairs])


def _last(values: Sequence[float | None], default: float = 0.0) -> float:
    return next((value for value in reversed(values) if value is not None), default)


def _first(values: Sequence[float | None]) -> float:
    return next((value for value in values if value is not None), 0.0)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))
