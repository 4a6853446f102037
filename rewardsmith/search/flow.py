"""The search: a generator of events that joins proposer, critic, trainer and analyzer.

Every event is on disk before it is yielded, and every step first looks whether its result is
already in the archive.  So a run that was killed goes on where it was, and asks nobody twice.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import msgspec

from rewardsmith import plan
from rewardsmith.archive import Archive
from rewardsmith.archive.plateau import plateau_length
from rewardsmith.config import Config
from rewardsmith.environments import Environment, environment_from_specification, require_simulator
from rewardsmith.errors import RewardsmithError, StoreError, UsageError
from rewardsmith.leaks import require_notes
from rewardsmith.records import (
    AnyEvent,
    CandidateProposed,
    FeedbackGiven,
    GenerationFinished,
    GenerationStarted,
    TrainReward,
)
from rewardsmith.search.analysing import analyse
from rewardsmith.search.baselines import search_beside
from rewardsmith.search.elites import train_elites
from rewardsmith.search.finishing import finish
from rewardsmith.search.goals import COMPOSER
from rewardsmith.search.preferring import prefer_generation
from rewardsmith.search.proposing import propose, teach
from rewardsmith.search.settings import (
    for_the_goal,
    read_start_files,
    require_settings,
    with_limits_of,
)
from rewardsmith.search.sitting import Hooks, Sitting, StopRequested
from rewardsmith.search.trainings import diagnose_all, train
from rewardsmith.store import EventLog, read_events
from rewardsmith.strategy import plateau_of, shares_for, temperature_of


def evolve(
    environment: Environment | None,
    config: Config | None = None,
    *,
    run: str | Path,
    hooks: Hooks | None = None,
) -> Generator[AnyEvent, None, None]:
    """Search for a reward; yields the new events of the run in the folder `run`.

    A folder that holds a run is resumed with its own environment and settings (of `config` only
    the budget and `hang_seconds` count then).  Raises EnvironmentUnavailable, ProviderError,
    BudgetExhausted, SandboxUnavailable, StoreError, RunLocked or UsageError; whatever it raises,
    the run can be resumed.
    """
    folder = Path(run)
    if environment is not None:
        require_simulator(environment)
    if environment is not None and config is not None:
        require_settings(environment, config)
    with EventLog(folder) as log:
        events = read_events(folder)
        archive = Archive.fold(events)
        started = archive.started
        if started is None:
            if environment is None:
                raise UsageError(f"{folder} holds no run; name an environment to start one")
            config = for_the_goal(config or Config(), environment)
            starts = read_start_files(config, environment)
        else:
            environment = environment_from_specification(started.environment)
            recorded = msgspec.convert(started.config, Config)
            config = with_limits_of(recorded, config or recorded)
            starts = started.starts
        if archive.finished is not None:
            return
        sitting = Sitting(log, archive, environment, config, hooks or Hooks())
        sitting.starts = starts
        sitting.earlier = max((getattr(event, "elapsed", 0.0) for event in events), default=0.0)
        yield from _run(sitting)


def _run(sitting: Sitting) -> Generator[AnyEvent, None, None]:
    try:
        with ExitStack() as stack:
            yield from sitting.open(stack)
            yield from _take_starts(sitting)
            for generation in range(sitting.config.generations):
                if _gives_up(sitting, generation):
                    break
                if generation not in sitting.archive.generations:
                    yield from _generation(sitting, generation)
            yield from search_beside(sitting, evolve)
            yield from finish(sitting)
    except StopRequested:
        yield sitting.record(sitting.stopped("interrupted", interrupted=True))
    except RewardsmithError as error:
        if sitting.archive.started is not None:
            with suppress(StoreError):
                yield sitting.record(sitting.stopped(str(error)))
        raise
    except KeyboardInterrupt:
        if sitting.archive.started is not None:
            with suppress(StoreError):
                sitting.record(sitting.stopped("interrupted", interrupted=True))
        raise


def _gives_up(sitting: Sitting, generation: int) -> bool:
    """Whether the search ends early: nothing better for as long as the settings wait."""
    patience = sitting.config.plateau_stop
    begun = generation <= sitting.archive.generation
    return not begun and 0 < patience <= plateau_length(sitting.archive, generation)


def _take_starts(sitting: Sitting) -> Iterator[AnyEvent]:
    for candidate in plan.start_candidates(sitting.starts):
        if candidate.id not in sitting.archive.candidates:
            yield sitting.record(CandidateProposed(candidate=candidate))


def _generation(sitting: Sitting, generation: int) -> Iterator[AnyEvent]:
    sitting.check()
    if generation > sitting.archive.generation:
        known, config = sitting.archive, sitting.config
        begun = GenerationStarted(
            generation=generation,
            temperature=temperature_of(known, config, generation),
            shares=shares_for(known, config, generation),
            plateau=plateau_of(known, config, generation),
        )
        yield sitting.record(begun)
    teach(sitting, generation)
    yield from propose(sitting, generation)
    sitting.check()
    passed = sitting.passed(generation)
    rewards = tuple(TrainReward(id=c.id, source=c.source) for c in passed)
    yield from train(sitting, f"g{generation:02d}", "selection", rewards)
    yield from diagnose_all(sitting, passed)
    sitting.check()
    if not sitting.environment.task.measured:
        yield from prefer_generation(sitting, generation)
    yield from train_elites(sitting, generation)
    yield from analyse(sitting, generation)
    yield from _listen(sitting, generation)
    yield sitting.record(GenerationFinished(generation=generation, best=sitting.best_id()))
    sitting.write_best()


def _listen(sitting: Sitting, generation: int) -> Iterator[AnyEvent]:
    if not sitting.config.human or any(
        f.generation == generation for f in sitting.archive.feedback
    ):
        return
    if sitting.hooks.ask is None:
        raise UsageError("the run asks for a person's feedback and there is none to ask")
    feedback = sitting.hooks.ask(sitting.archive, generation)
    if sitting.brief.secrets is not None and sitting.config.chosen_proposer != COMPOSER:
        require_notes(feedback.notes, sitting.brief.secrets)
    yield sitting.record(FeedbackGiven(feedback=feedback))
    if feedback.stop:
        raise StopRequested
