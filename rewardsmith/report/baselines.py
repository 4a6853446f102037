"""Searches beside the run's own in the report: what they led to, or that nobody tried."""

from __future__ import annotations

import msgspec

from rewardsmith import stats
from rewardsmith.archive import Archive, first_steps, paid_steps
from rewardsmith.config import Config
from rewardsmith.records import BaselineSearched

RANDOM, COMPOSER = "random", "composer"
SEARCHES = {RANDOM: "random search", COMPOSER: "the composer"}
"""By the baseline's name, as a reader knows it."""


def search_label(archive: Archive, name: str) -> str:
    """`random search, 24 initial proposals`."""
    return f"{SEARCHES[name]}, {_proposed(archive, archive.searched[name])} initial proposals"


def missing_rows(archive: Archive) -> list[tuple[str, str]]:
    """A label and the words `not run (…)` for each of these searches that was not made."""
    config = _config(archive)
    composes = config.chosen_proposer == COMPOSER
    proposals = f"about {_proposals(archive, config)} initial proposals"
    rows: list[tuple[str, str]] = []
    for name in (RANDOM,) if composes else (RANDOM, COMPOSER):
        if name not in archive.searched:
            asked = not composes and name == RANDOM and config.chosen_proposer != "manual"
            cost = f"{proposals}, as many requests again" if asked else proposals
            why = archive.left_out.get(name, f"--baseline {name}")
            rows.append((f"{SEARCHES[name]}, {cost}", f"not run ({why})"))
    return rows


def gain_lines(archive: Archive, candidate: str) -> list[str]:
    """What the search gained over others at the same budget that evolve nothing."""
    return [_line(archive, candidate, searched) for searched in archive.searched.values()]


def _line(archive: Archive, candidate: str, searched: BaselineSearched) -> str:
    told = (
        f"{SEARCHES[searched.baseline]}: {searched.trained} of "
        f"{_proposed(archive, searched)} initial proposals trained in "
        f"{searched.steps:,} environment steps (the search itself: {paid_steps(archive):,})"
    )
    if searched.candidate is None:
        return f"{told}; none of them trained to its end"
    best, other = (archive.result(name, "report") for name in (candidate, searched.baseline))
    if best is None or other is None or not archive.measured:
        return f"{told}; its best was trained alike"
    better = stats.probability_of_improvement(best.fitness, other.fitness)
    if better is None:
        return f"{told}; its best failed in training"
    return (
        f"{told}; probability of improvement on its best: {better.value:.2f} "
        f"({better.low:.2f} to {better.high:.2f})"
    )


def _proposed(archive: Archive, searched: BaselineSearched) -> int:
    """The places that it had: what a repair mends is not one more."""
    began = archive.searching.get(searched.baseline)
    return searched.proposals if began is None else began.proposals


def _config(archive: Archive) -> Config:
    started = archive.started
    return msgspec.convert(started.config, Config) if started is not None else Config()


def _proposals(archive: Archive, config: Config) -> int:
    """As many as the run's selection paid for, each trained as the first ones were."""
    steps = [job.steps for job in archive.jobs.values() if job.purpose == "selection"]
    each = first_steps(archive, config.seeds) or (steps[0] if steps else 1) * config.seeds
    return max(round(paid_steps(archive) / each), 1)
