"""A run as a person opens it: its events, the archive that they fold to, its best reward."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec

from rewardsmith.archive import Archive
from rewardsmith.config import Config
from rewardsmith.environments import Environment, environment_from_specification
from rewardsmith.errors import StoreError
from rewardsmith.records import AnyEvent, Candidate, CompletionReceived, Message, RunStarted
from rewardsmith.reward import Reward, load_reward
from rewardsmith.store import read_events


@dataclass(frozen=True)
class Run:
    """One run folder, read when it was opened."""

    folder: Path
    events: tuple[AnyEvent, ...]

    @cached_property
    def archive(self) -> Archive:
        """All that was evaluated."""
        return Archive.fold(self.events)

    @cached_property
    def started(self) -> RunStarted:
        """The run's first event; raises StoreError where it is missing."""
        first = self.events[0] if self.events else None
        if not isinstance(first, RunStarted):
            raise StoreError(f"{self.folder} holds no run that began; start a new one")
        return first

    @property
    def config(self) -> Config:
        """The settings that the run was started with."""
        return msgspec.convert(self.started.config, Config)

    @property
    def environment(self) -> Environment:
        """The environment as it was when the run began."""
        return environment_from_specification(self.started.environment)

    @property
    def best_candidate(self) -> Candidate:
        """The winner, or the best so far; raises StoreError where nothing was trained."""
        best = self.archive.best()
        if best is None:
            raise StoreError(f"{self.folder} has no trained candidate yet; `rewardsmith resume` it")
        return best

    def messages(self, candidate: str) -> tuple[Message, ...]:
        """What the model was told when it wrote a candidate; nothing where none was asked."""
        answers = (e for e in self.events if isinstance(e, CompletionReceived))
        return next((e.messages for e in answers if e.key == candidate), ())

    def best(self) -> Reward:
        """The best candidate's reward, loaded."""
        return load_reward(self.best_candidate.source)


def open_run(path: str | Path) -> Run:
    """The run in a folder; raises StoreError where there is none."""
    folder = Path(path)
    return Run(folder, read_events(folder))
