"""A sitting: one process that works on a run, with its log, its archive and its open servers."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from rewardsmith import outputs
from rewardsmith.archive import Archive
from rewardsmith.bank import Bank
from rewardsmith.config import Config
from rewardsmith.critic import Peers
from rewardsmith.environments import Environment
from rewardsmith.errors import BudgetExhausted
from rewardsmith.plan import Brief
from rewardsmith.preference import Choice, Showing
from rewardsmith.proposers import Proposer
from rewardsmith.proposers.llm import LlmProposer
from rewardsmith.records import (
    AnyEvent,
    BaselineSearched,
    Candidate,
    Completion,
    Feedback,
    RunResumed,
    RunStarted,
    RunStopped,
    TrainProgress,
)
from rewardsmith.search.frames import decide_on_frames
from rewardsmith.search.settings import require_actions, trainer_settings
from rewardsmith.store import LOG, EventLog
from rewardsmith.versions import installed_versions
from rewardsmith.workshop import Workshop, make_asker, make_proposer, make_reviewer


def _utc_now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """What a caller wants to hear, and how it may interfere."""

    progress: Callable[[TrainProgress], None] = lambda _: None
    stop: Callable[[], bool] = lambda: False
    """Asked between steps; True ends the run cleanly, to be resumed."""
    ask: Callable[[Archive, int], Feedback] | None = None
    """A person's feedback after a generation; needed where the settings say `human`."""
    prefer: Callable[[Showing], Choice] | None = None
    """A person's choice between two behaviours; needed where the settings say `human` and the
    task has no fitness."""
    ask_source: Callable[[str], str] | None = None
    """A person's answer to a prompt; needed by the proposer `manual`."""
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], str] = _utc_now


class StopRequested(Exception):
    """The caller asked for the end; never leaves the search."""


class Sitting:
    """One run while it is worked on; every event is on disk before anyone hears of it."""

    def __init__(
        self,
        log: EventLog,
        archive: Archive,
        environment: Environment,
        config: Config,
        hooks: Hooks,
    ) -> None:
        self.log = log
        self.archive = archive
        self.environment = environment
        self.config = config
        self.hooks = hooks
        self.starts: tuple[str, ...] = ()
        """The sources of a person's own rewards, which come first."""
        self.earlier = 0.0
        self.began = hooks.clock()
        self.taught: set[str] = set()

    def open(self, stack: ExitStack) -> Iterator[AnyEvent]:
        """Start what the search works with; raises before anything is recorded."""
        self.proposer: Proposer = make_proposer(
            self.config, self.archive.completions, ask=self.hooks.ask_source
        )
        self.reviewer = make_reviewer(self.config, self.archive.completions, self.proposer)
        self.ask_model = make_asker(self.config, self.archive.completions, self.proposer)
        for searched in self.archive.searched.values():
            self.charge(searched)
        log = self.log.folder / LOG
        self.shop = stack.enter_context(Workshop.of(self.config, log=log))
        self.shop.warm_up()
        frames = decide_on_frames(self)
        self.bank: Bank = self.shop.bank(self.environment, human=self.config.bank_human)
        require_actions(self.config, self.bank.action_space)
        self.brief = Brief.of(self.environment, self.bank)
        rejects = self.config.critic_rejects
        self.peers = Peers(self.environment, self.bank, self.shop.rewards, rejects)
        if self.archive.started is None:
            self._try_trainer()
            yield self.record(self._started())
        else:
            yield self.record(RunResumed(time=self.hooks.now()))
        if frames is not None:
            yield self.record(frames)

    def charge(self, searched: BaselineSearched) -> None:
        """Count what a search beside this one paid for a model against the run's own limits."""
        if searched.completions and isinstance(self.proposer, LlmProposer):
            paid = Completion(
                text="",
                model="",
                prompt_tokens=searched.prompt_tokens,
                completion_tokens=searched.completion_tokens,
                price=searched.price,
            )
            self.proposer.ledger.add(paid)

    def _try_trainer(self) -> None:
        """Raises UsageError where a trainer of others' cannot be made, before anything is asked."""
        if self.config.trainer != "population":
            self.shop.trainer.call(
                "rewardsmith.training.worker:try_trainer",
                self.environment.name,
                specification=self.environment.specification,
                settings=trainer_settings(self.config),
            )

    def _started(self) -> RunStarted:
        return RunStarted(
            run=self.log.folder.name,
            environment=self.environment.specification,
            task=self.environment.task.name,
            config=msgspec.to_builtins(self.config),
            versions=installed_versions(),
            confinement=self.shop.rewards.level,
            machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
            time=self.hooks.now(),
            starts=self.starts,
            measured=self.environment.task.measured,
        )

    # ------------------------------------------------------------ questions to the archive

    def passed(self, generation: int) -> tuple[Candidate, ...]:
        """The generation's candidates that are to be trained, in the order of ids."""
        archive = self.archive
        return tuple(
            archive.candidates[name]
            for name in sorted(archive.candidates)
            if archive.candidates[name].generation == generation and archive.verdicts[name].trains
        )

    def best_id(self) -> str | None:
        """The best candidate so far."""
        best = self.archive.best()
        return best.id if best is not None else None

    def fitness(self, reward: str, purpose: str) -> tuple[float, ...]:
        """What a reward's seeds reached; empty where it was not trained."""
        result = self.archive.results.get((reward, purpose))
        return result.fitness if result is not None else ()

    # ------------------------------------------------------------ the bookkeeping

    def record(self, event: AnyEvent) -> AnyEvent:
        """On disk, then in the archive."""
        self.log.append(event)
        self.archive = self.archive.with_event(event)
        return event

    def write_best(self, archive: Archive | None = None) -> None:
        """The best so far, or that of the archive that is about to be, as a person may use it."""
        known = archive or self.archive
        desk = outputs.Desk(known, self.environment, self.bank, self.shop.rewards)
        outputs.write_best(self.log.folder, desk)

    def stopped(self, reason: str, *, interrupted: bool = False) -> RunStopped:
        """The event that says that the run ends before it is done."""
        return RunStopped(reason=reason, interrupted=interrupted, elapsed=self.seconds())

    def seconds(self) -> float:
        """Wall-clock spent on the run, over all its sittings."""
        return round(self.earlier + self.hooks.clock() - self.began, 3)

    def check(self) -> None:
        """Raises StopRequested where the caller wants the end, BudgetExhausted at the limit."""
        if self.hooks.stop():
            raise StopRequested
        self.check_time()

    def check_time(self) -> None:
        """Raises BudgetExhausted where the run's seconds are used up."""
        limit = self.config.budget.seconds
        if limit is not None and self.seconds() > limit:
            raise BudgetExhausted(
                f"the run's {limit:g} s are used up; `rewardsmith resume {self.log.folder} "
                f"--budget-seconds {2 * limit:g}` goes on"
            )
