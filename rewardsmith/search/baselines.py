"""Searches beside the run's own, for comparison: they propose as much and evolve nothing.

Each is a search of its own in a folder of the run, of one generation that holds as many initial
proposals as the run's own selection paid for in environment steps: no parents, no history in the
prompts, nothing learned, other seeds, and otherwise the same settings.  `random` asks the run's own
proposer, `composer` the embedded one.  Each ends with its finalists in order; its best is then
trained beside the winner, on the report's seeds.  One that nobody named never costs the report: it
is left out where the run's limits have no room for it, the model does not answer, or a recording
has too few answers.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from rewardsmith.archive import Archive, first_steps, paid_steps
from rewardsmith.config import Config
from rewardsmith.errors import BudgetExhausted, ProviderError, UsageError
from rewardsmith.records import (
    AnyEvent,
    BaselineLeftOut,
    BaselineSearched,
    BaselineStarted,
    FinalistsOrdered,
    TrainingStarted,
    TrainProgress,
)
from rewardsmith.search.goals import AUTO, COMPOSER, NONE, RANDOM, searches_of
from rewardsmith.search.room import lack_of_room, what_is_left
from rewardsmith.search.settings import has_run
from rewardsmith.search.sitting import Hooks, Sitting, StopRequested
from rewardsmith.store import read_events

SEED = {RANDOM: 500_000, COMPOSER: 600_000}
"""Added to the run's own, so that no two searches share a draw."""
MOST = 1000
"""Proposals at most: as many as a generation may have."""
_SELECTION = "g00"
"""The training that takes most of the time of such a search."""

Search = Callable[..., Generator[AnyEvent, None, None]]
"""`evolve`, which needs this module itself."""


def search_beside(sitting: Sitting, search: Search) -> Iterator[AnyEvent]:
    """Search once more for each baseline, without evolution; gone on with where it was left."""
    archive = sitting.archive
    wanted = (*archive.searching, *searches_of(sitting.environment, sitting.config))
    for name in dict.fromkeys(wanted):
        if name in sitting.archive.searched:
            continue
        begins, optional = name not in sitting.archive.searching, sitting.config.baseline == AUTO
        if begins and optional and (lack := lack_of_room(sitting, name)):
            yield from _leave_out(sitting, name, lack)
            continue
        if begins:
            yield sitting.record(_begun(sitting, name))
        folder = sitting.log.folder / name
        try:
            if not _is_done(folder):
                _go_on(sitting, search, name)
        except (BudgetExhausted, ProviderError, UsageError) as error:
            if not optional:
                raise
            yield from _leave_out(sitting, name, str(error))
            continue
        found = _searched(name, Archive.fold(read_events(folder)))
        yield sitting.record(found)
        sitting.charge(found)
        sitting.check()


def _leave_out(sitting: Sitting, name: str, reason: str) -> Iterator[AnyEvent]:
    """Say why a search that nobody named is not made, or not to its end; once is enough."""
    if sitting.archive.left_out.get(name) != reason:
        yield sitting.record(BaselineLeftOut(baseline=name, reason=reason))
    sitting.check()


def _begun(sitting: Sitting, name: str) -> BaselineStarted:
    return BaselineStarted(
        baseline=name,
        proposals=proposals_for(sitting),
        seeds=sitting.config.seeds,
        steps=sitting.config.steps or sitting.environment.task.steps,
    )


def _go_on(sitting: Sitting, search: Search, name: str) -> None:
    """Search until the finalists are in order; what happens there is no event of this run."""
    folder, hooks = sitting.log.folder / name, sitting.hooks

    def progress(told: TrainProgress) -> None:
        if told.job == _SELECTION:
            hooks.progress(told)

    environment = None if has_run(folder) else sitting.environment
    own = Hooks(progress=progress, stop=hooks.stop, clock=hooks.clock, now=hooks.now)
    with closing(search(environment, config_of(sitting, name), run=folder, hooks=own)) as events:
        for event in events:
            if _is_over(event):
                break
    if not _is_done(folder):
        raise StopRequested


def _is_done(folder: Path) -> bool:
    return has_run(folder) and any(_is_over(event) for event in read_events(folder))


def proposals_for(sitting: Sitting) -> int:
    """How many candidates the run's own selection would have paid for, raced alike."""
    steps, seeds = sitting.config.steps or sitting.environment.task.steps, sitting.config.seeds
    each = first_steps(sitting.archive, seeds) or steps * seeds
    return min(max(round(paid_steps(sitting.archive) / each), 1), MOST)


def config_of(sitting: Sitting, name: str) -> Config:
    """The run's settings without evolution, with what is left of its limits."""
    config, searching = sitting.config, sitting.archive.searching.get(name)
    alone = msgspec.structs.replace(
        config,
        generations=1,
        candidates=searching.proposals if searching is not None else 1,
        seed=config.seed + SEED[name],
        baseline=NONE,
        human=False,
        start=(),
        analyst=False,
        confirm_with="",
        replay_from=f"{config.replay_from}/{name}" if config.replay_from else "",
        budget=what_is_left(sitting),
    )
    if name != COMPOSER:
        return alone
    own = msgspec.structs.replace(alone, proposer=COMPOSER, review=False)
    if not sitting.environment.task.measured:  # whoever compares is asked there, too
        return own
    return msgspec.structs.replace(own, model="", replay_from="")


def _is_over(event: AnyEvent) -> bool:
    """Whether all that the baseline is for is known: its finalists are in order, or there are none.

    Its own report would train baselines over again.
    """
    report = isinstance(event, TrainingStarted) and event.purpose == "report"
    return report or isinstance(event, FinalistsOrdered)


def _searched(name: str, found: Archive) -> BaselineSearched:
    best = found.best()
    return BaselineSearched(
        baseline=name,
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
