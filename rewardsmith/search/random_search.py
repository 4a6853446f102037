"""Random search: the baseline that proposes as much and evolves nothing, where asked for.

It is a search of its own in a folder of the run, of one generation that holds as many initial
proposals as the run's own selection paid for in environment steps: no parents, no history in the
prompts, nothing learned, other seeds, and otherwise the same settings.  It ends with its finalists
in order; its best is then trained beside the winner, on the report's seeds.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from rewardsmith.archive import Archive, paid_steps
from rewardsmith.config import Budget, Config
from rewardsmith.records import (
    AnyEvent,
    BaselineSearched,
    BaselineStarted,
    FinalistsOrdered,
    TrainingStarted,
)
from rewardsmith.search.goals import RANDOM
from rewardsmith.search.settings import has_run
from rewardsmith.search.sitting import Hooks, Sitting, StopRequested
from rewardsmith.store import read_events

SEED = 500_000
"""Added to the run's own, so that the two searches share no draw."""
MOST = 1000
"""Proposals at most: as many as a generation may have."""

Search = Callable[..., Generator[AnyEvent, None, None]]
"""`evolve`, which needs this module itself."""


def search_at_random(sitting: Sitting, search: Search) -> Iterator[AnyEvent]:
    """Search once more, without evolution; gone on with where it was left."""
    if sitting.config.baseline != RANDOM or sitting.archive.searched is not None:
        return
    if sitting.archive.searching is None:
        proposals = proposals_for(sitting)
        yield sitting.record(BaselineStarted(baseline=RANDOM, proposals=proposals))
    folder = sitting.log.folder / RANDOM
    if not _is_done(folder):
        _go_on(sitting, search, folder)
    yield sitting.record(_searched(Archive.fold(read_events(folder))))
    sitting.charge_baseline()
    sitting.check()


def _go_on(sitting: Sitting, search: Search, folder: Path) -> None:
    """Search until the finalists are in order; what happens there is no event of this run."""
    environment = None if has_run(folder) else sitting.environment
    hooks = Hooks(stop=sitting.hooks.stop, clock=sitting.hooks.clock, now=sitting.hooks.now)
    with closing(search(environment, random_config(sitting), run=folder, hooks=hooks)) as events:
        for event in events:
            if _is_over(event):
                break
    if not _is_done(folder):
        raise StopRequested


def _is_done(folder: Path) -> bool:
    return has_run(folder) and any(_is_over(event) for event in read_events(folder))


def proposals_for(sitting: Sitting) -> int:
    """How many candidates the run's own selection would have paid for, each trained alike."""
    steps = sitting.config.steps or sitting.environment.task.steps
    each = steps * sitting.config.seeds
    return min(max(round(paid_steps(sitting.archive) / each), 1), MOST)


def random_config(sitting: Sitting) -> Config:
    """The run's settings without evolution, with what is left of its limits."""
    config, spend = sitting.config, sitting.archive.spend
    limits = config.budget
    used = spend.prompt_tokens + spend.completion_tokens
    left = Budget(
        seconds=None if limits.seconds is None else max(limits.seconds - sitting.seconds(), 1.0),
        tokens=None if limits.tokens is None else max(limits.tokens - used, 1),
        price=None if limits.price is None else max(limits.price - spend.known_price, 1e-9),
    )
    searching = sitting.archive.searching
    return msgspec.structs.replace(
        config,
        generations=1,
        candidates=searching.proposals if searching is not None else 1,
        seed=config.seed + SEED,
        baseline="",
        human=False,
        start=(),
        analyst=False,
        confirm_with="",
        replay_from=f"{config.replay_from}/{RANDOM}" if config.replay_from else "",
        budget=left,
    )


def _is_over(event: AnyEvent) -> bool:
    """Whether all that the baseline is for is known: its finalists are in order, or there are none.

    Its own report would train baselines over again.
    """
    report = isinstance(event, TrainingStarted) and event.purpose == "report"
    return report or isinstance(event, FinalistsOrdered)


def _searched(found: Archive) -> BaselineSearched:
    best = found.best()
    return BaselineSearched(
        baseline=RANDOM,
        proposals=len(found.candidates),
        trained=len(set(found.scores) - set(found.twins)),
        steps=paid_steps(found),
        candidate=best.id if best is not None else None,
        source=best.source if best is not None else "",
        completions=found.spend.completions,
        prompt_tokens=found.spend.prompt_tokens,
        completion_tokens=found.spend.completion_tokens,
        price=found.spend.price,
    )
