"""Random search in the report: what as many initial proposals led to, or that nobody tried."""

from __future__ import annotations

from rewardsmith import stats
from rewardsmith.archive import Archive, paid_steps

RANDOM = "random"


def random_label(archive: Archive) -> str:
    """`random search, 24 candidates`."""
    searched = archive.searched
    return f"random search, {searched.proposals} candidates" if searched is not None else RANDOM


def random_line(archive: Archive, candidate: str) -> str:
    """What the search gained over its own initial proposals at the same budget, or may not say."""
    searched = archive.searched
    if searched is None:
        return (
            "random search, initial proposals only, at the same budget: not run (--baseline random)"
        )
    told = (
        f"random search: {searched.trained} initial proposals trained in {searched.steps:,} "
        f"environment steps (the search itself: {paid_steps(archive):,})"
    )
    if searched.candidate is None:
        return f"{told}; none of them trained to its end"
    best, other = (archive.result(name, "report") for name in (candidate, RANDOM))
    if best is None or other is None or not archive.measured:
        return f"{told}; its best was trained alike"
    better = stats.probability_of_improvement(best.fitness, other.fitness)
    if better is None:
        return f"{told}; its best failed in training"
    return (
        f"{told}; probability of improvement on its best: {better.value:.2f} "
        f"({better.low:.2f} to {better.high:.2f})"
    )
