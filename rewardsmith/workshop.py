"""What a search works with: the reward fork server, the warm trainer, the environment's bank."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rewardsmith.bank import Bank, bank_path, load_bank
from rewardsmith.bank_file import bank_from_file
from rewardsmith.config import Config
from rewardsmith.environments import Environment
from rewardsmith.errors import UsageError, unknown_name
from rewardsmith.executor import Executor, TrainerServer
from rewardsmith.llm import (
    Answer,
    CompletionRequest,
    Ledger,
    ModelSettings,
    SpendLimits,
    check_model,
    check_price,
    complete_all,
)
from rewardsmith.proposers import Proposer
from rewardsmith.proposers.review import Reviewer, ask_model
from rewardsmith.records import Completion
from rewardsmith.sandbox import RewardServer

Ask = Callable[[str], str] | None
Asker = Callable[[Sequence[tuple[str, CompletionRequest]]], Iterator[tuple[str, Answer]]]
"""Gives (key, answer) of each request of (key, prompt), as the answers arrive."""
BANK_SEED = 20_250


class Workshop:
    """Servers that start when they are first used; ends every process that it started."""

    def __init__(
        self,
        *,
        unsafe: bool = False,
        workers: int | None = None,
        log: Path | None = None,
        hang_seconds: float = Config().hang_seconds,
        executor: str = "local",
        executor_settings: Mapping[str, Any] | None = None,
    ) -> None:
        self._unsafe = unsafe
        self._chosen = executor
        self._executor_settings = dict(executor_settings or {})
        self._workers = workers
        self._log = log
        self._hang_seconds = hang_seconds
        self._stack = ExitStack()
        self._recordings: dict[tuple[object, ...], Bank] = {}

    @classmethod
    def of(cls, config: Config, *, log: Path | None = None) -> Self:
        """The workshop that the settings describe."""
        return cls(
            unsafe=config.unsafe_no_sandbox,
            workers=config.workers,
            log=log,
            hang_seconds=config.hang_seconds,
            executor=config.executor,
            executor_settings=config.executor_settings,
        )

    @cached_property
    def rewards(self) -> RewardServer:
        """The reward fork server; SandboxUnavailable where nothing confines a candidate."""
        return self._stack.enter_context(RewardServer.start(unsafe=self._unsafe))

    @cached_property
    def trainer(self) -> TrainerServer:
        """The warm trainer; it gets warm while other things are done."""
        workers = self._workers if self._chosen == "local" else None
        server = TrainerServer.start(self.rewards, workers=workers, log=self._log)
        server.patience = self._hang_seconds
        return self._stack.enter_context(server)

    @cached_property
    def executor(self) -> Executor:
        """Where candidates are trained: the warm trainer, or machines elsewhere."""
        if self._chosen == "local":
            if self._executor_settings:
                name = next(iter(self._executor_settings))
                raise UsageError(f"the local executor has no setting {name!r}; --executor ray has")
            return self.trainer
        from rewardsmith.cluster import ClusterExecutor, make_cluster

        cluster = make_cluster(self._chosen, self._executor_settings, workers=self._workers)
        executor = ClusterExecutor(cluster, unsafe=self._unsafe, patience=self._hang_seconds)
        return self._stack.enter_context(executor)

    def warm_up(self) -> None:
        """Start both servers now; raises SandboxUnavailable where nothing confines.

        Raises UsageError where the executor cannot be.
        """
        _ = self.rewards, self.executor

    def bank(self, environment: Environment, *, human: bool = False) -> Bank:
        """The environment's recorded transitions, made on first use.

        `human` (the setting `bank_human`) lets a policy trained with the human reward act as well.
        Raises EnvironmentUnavailable where the environment does not start, UsageError where its
        own recording is not usable.
        """
        if environment.bank:
            return self._recorded(environment)
        known = load_bank(environment, human=human)
        if known is not None:
            return known
        path = bank_path(environment, human=human)
        self.trainer.record_bank(environment.specification, BANK_SEED, path, human=human)
        return Bank.load(path)

    def _recorded(self, environment: Environment) -> Bank:
        """A person's recording, read once."""
        key = (environment.bank, environment.signals, environment.hidden)
        if key not in self._recordings:
            self._recordings[key] = bank_from_file(
                Path(environment.bank), environment.signals, hidden=environment.hidden
            )
        return self._recordings[key]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()


def model_settings(config: Config) -> ModelSettings:
    """The model as the settings describe it."""
    return ModelSettings(
        model=config.model,
        api_base=config.api_base,
        max_tokens=config.max_tokens,
        deadline=config.request_seconds,
        timeout=config.request_seconds,
        concurrency=config.concurrency,
        price_in=config.price_in,
        price_out=config.price_out,
    )


def make_proposer(
    config: Config, known: Mapping[str, Completion], *, ask: Callable[[str], str] | None = None
) -> Proposer:
    """The proposer that the settings choose; answers in `known` are never asked for again.

    Raises UsageError for an unknown name or a missing setting, ProviderError where the model
    cannot be asked.
    """
    name = config.chosen_proposer
    if name not in PROPOSERS:
        raise UsageError(unknown_name("proposer", name, PROPOSERS))
    return PROPOSERS[name](config, known, ask)


def make_reviewer(
    config: Config, known: Mapping[str, Completion], proposer: Proposer
) -> Reviewer | None:
    """Who checks candidates' code where the settings ask for it: the proposer's own model.

    It shares the proposer's ledger, or repeats the same recorded run.  Raises UsageError where
    the proposer has no model.
    """
    from rewardsmith.proposers.llm import LlmProposer
    from rewardsmith.proposers.replay import ReplayProposer

    if not config.review:
        return None
    if isinstance(proposer, LlmProposer):
        return Reviewer(partial(ask_model, proposer.settings, proposer.ledger), known)
    if isinstance(proposer, ReplayProposer):
        return Reviewer(lambda request, _: proposer.recorded(request.key), known)
    raise UsageError(
        f"--review asks a model to check the code, and the proposer {proposer.name} has none: "
        "name one (--model openai/NAME) or leave --review out"
    )


def make_asker(config: Config, known: Mapping[str, Completion], proposer: Proposer) -> Asker:
    """Who answers what is asked beside proposals: the proposer's model, or the one that is set.

    It shares the proposer's ledger, or repeats the same recorded run.  Asking raises UsageError
    where there is no model.
    """
    from rewardsmith.proposers.llm import LlmProposer
    from rewardsmith.proposers.replay import ReplayProposer

    if isinstance(proposer, ReplayProposer):
        return proposer.answers
    if config.replay_from:
        return ReplayProposer.from_run(Path(config.replay_from)).answers
    if isinstance(proposer, LlmProposer):
        return partial(_answers, proposer.settings, proposer.ledger)
    if config.model:
        settings = model_settings(config)
        limits = SpendLimits(tokens=config.budget.tokens, price=config.budget.price)
        check_price(settings, limits)
        check_model(settings)
        ledger = Ledger(limits)
        for completion in known.values():
            ledger.add(completion)
        return partial(_answers, settings, ledger)
    return _no_model


def _answers(
    settings: ModelSettings, ledger: Ledger, requests: Sequence[tuple[str, CompletionRequest]]
) -> Iterator[tuple[str, Answer]]:
    """(key, answer) of each request as the answers arrive."""
    for index, answer in complete_all([request for _, request in requests], settings, ledger):
        yield requests[index][0], answer


def _no_model(requests: Sequence[tuple[str, CompletionRequest]]) -> Iterator[tuple[str, Answer]]:
    raise UsageError(f"{requests[0][0]} asks a model and none is set: --model openai/NAME")


def _llm(config: Config, known: Mapping[str, Completion], _: Ask) -> Proposer:
    from rewardsmith.proposers.llm import LlmProposer

    if not config.model:
        raise UsageError("the proposer llm needs a model: --model openai/NAME")
    settings = model_settings(config)
    limits = SpendLimits(tokens=config.budget.tokens, price=config.budget.price)
    check_price(settings, limits)
    check_model(settings)
    return LlmProposer(settings, ledger=Ledger(limits), known=known)


def _composer(config: Config, _known: Mapping[str, Completion], _: Ask) -> Proposer:
    from rewardsmith.proposers.composer import Composer

    return Composer(seed=config.seed)


def _replay(config: Config, known: Mapping[str, Completion], _: Ask) -> Proposer:
    from rewardsmith.proposers.replay import ReplayProposer

    if not config.replay_from:
        raise UsageError("the proposer replay needs the run to repeat: --replay RUN")
    return ReplayProposer.from_run(Path(config.replay_from), known=known)


def _manual(_: Config, known: Mapping[str, Completion], ask: Ask) -> Proposer:
    from rewardsmith.proposers.manual import ManualProposer

    if ask is None:
        raise UsageError("the proposer manual needs a person to ask")
    return ManualProposer(ask, known=known)


PROPOSERS: Mapping[str, Callable[[Config, Mapping[str, Completion], Ask], Proposer]] = {
    "llm": _llm,
    "composer": _composer,
    "replay": _replay,
    "manual": _manual,
}
