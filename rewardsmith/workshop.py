"""What a search works with: the reward fork server, the warm trainer, the environment's bank."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from rewardsmith.bank import Bank, bank_path, load_bank
from rewardsmith.config import Config
from rewardsmith.environments import Environment
from rewardsmith.executor import TrainerServer
from rewardsmith.proposers import Proposer
from rewardsmith.records import Completion
from rewardsmith.sandbox import RewardServer

BANK_SEED = 20_250


class Workshop:
    """Servers that start when they are first used; ends every process that it started."""

    def __init__(
        self, *, unsafe: bool = False, workers: int | None = None, log: Path | None = None
    ) -> None:
        self._unsafe = unsafe
        self._workers = workers
        self._log = log
        self._stack = ExitStack()

    @cached_property
    def rewards(self) -> RewardServer:
        """The reward fork server; SandboxUnavailable where nothing confines a candidate."""
        return self._stack.enter_context(RewardServer.start(unsafe=self._unsafe))

    @cached_property
    def trainer(self) -> TrainerServer:
        """The warm trainer; it gets warm while other things are done."""
        server = TrainerServer.start(self.rewards, workers=self._workers, log=self._log)
        return self._stack.enter_context(server)

    def bank(self, environment: Environment) -> Bank:
        """The environment's recorded transitions, made on first use.

        Raises EnvironmentUnavailable where the environment does not start.
        """
        known = load_bank(environment)
        if known is not None:
            return known
        path = bank_path(environment)
        self.trainer.record_bank(environment.specification, BANK_SEED, path)
        return Bank.load(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()
