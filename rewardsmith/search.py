"""The search: a generator of events that joins proposer, critic, trainer and analyzer.

Every event is on disk before it is yielded, and every step first looks whether its result is
already in the archive.  So a run that was killed goes on where it was, and asks nobody twice.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from rewardsmith import outputs, plan, stats
from rewardsmith.analyzer import diagnose, load_trajectories, task_facts
from rewardsmith.archive import TIMED_RULE, Archive
from rewardsmith.bank import Bank
from rewardsmith.config import Config
from rewardsmith.critic import judge
from rewardsmith.environments import Environment, environment_from_specification
from rewardsmith.errors import (
    BudgetExhausted,
    RewardInvalid,
    RewardsmithError,
    StoreError,
    UsageError,
)
from rewardsmith.language import source_hash
from rewardsmith.plan import Brief
from rewardsmith.proposers import LearningProposer, ProposalRequest, Proposer
from rewardsmith.records import (
    AnyEvent,
    Candidate,
    CandidateDiagnosed,
    CandidateJudged,
    CandidateProposed,
    Completion,
    CompletionReceived,
    Feedback,
    FeedbackGiven,
    FinalistsOrdered,
    GenerationFinished,
    GenerationStarted,
    Message,
    Reason,
    RewardTrained,
    RunFinished,
    RunResumed,
    RunStarted,
    RunStopped,
    Score,
    TrainingStarted,
    TrainJob,
    TrainProgress,
    TrainReward,
    Verdict,
)
from rewardsmith.store import EVENTS, EventLog, read_events
from rewardsmith.training.settings import resolve_settings
from rewardsmith.training.worker import require_trainer
from rewardsmith.versions import installed_versions
from rewardsmith.workshop import Workshop, make_proposer

WITHIN_OF_MAXIMUM = 0.05
"""A winner this near to the largest fitness there is convinces without beating anything."""


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
    ask_source: Callable[[str], str] | None = None
    """A person's answer to a prompt; needed by the proposer `manual`."""
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], str] = _utc_now


class _StopRequested(Exception):
    """The caller asked for the end; never leaves this module."""


def evolve(
    environment: Environment | None,
    config: Config | None = None,
    *,
    run: str | Path,
    hooks: Hooks | None = None,
) -> Iterator[AnyEvent]:
    """Search for a reward; yields the new events of the run in the folder `run`.

    A folder that holds a run is resumed with its own environment and settings (of `config` only
    the budget counts then).  Raises EnvironmentUnavailable, ProviderError, BudgetExhausted,
    SandboxUnavailable, StoreError, RunLocked or UsageError; whatever it raises, the run can be
    resumed.
    """
    folder = Path(run)
    if environment is not None and config is not None:
        require_settings(environment, config)
    with EventLog(folder) as log:
        events = read_events(folder)
        archive = Archive.fold(events)
        started = archive.started
        if started is None:
            if environment is None:
                raise UsageError(f"{folder} holds no run; name an environment to start one")
            config = config or Config()
            starts = _read_start_files(config, environment)
        else:
            environment = environment_from_specification(started.environment)
            recorded = msgspec.convert(started.config, Config)
            budget = recorded.budget if config is None else config.budget
            config = msgspec.structs.replace(recorded, budget=budget)
            taken = sum(c.operator == "human" for c in archive.candidates.values())
            starts = () if taken == len(config.start) else _read_start_files(config, environment)
        if archive.finished is not None:
            return
        search = _Search(log, archive, environment, config, hooks or Hooks())
        search.earlier = max((getattr(event, "elapsed", 0.0) for event in events), default=0.0)
        yield from search.run(starts)


def _read_start_files(config: Config, environment: Environment) -> tuple[str, ...]:
    """The sources of `start`; raises RewardInvalid where the critic rejects one."""
    from rewardsmith.critic.static import judge_statically

    sources: list[str] = []
    for name in config.start:
        try:
            source = Path(name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"cannot read the reward file {name}: {error}") from error
        reasons = [r for r in judge_statically(source, environment) if not r.warning]
        if reasons:
            lines = "\n".join(f"  {reason}" for reason in reasons)
            raise RewardInvalid(f"{name} is rejected:\n{lines}")
        sources.append(source)
    if len(sources) > config.candidates:
        raise UsageError(f"{len(sources)} start files but only {config.candidates} candidates")
    return tuple(sources)


class _Search:
    """One run while it is worked on: its log, its archive, its open servers."""

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
        self.earlier = 0.0
        self.began = hooks.clock()
        self.taught: set[str] = set()

    # ------------------------------------------------------------ the whole

    def run(self, starts: tuple[str, ...]) -> Iterator[AnyEvent]:
        try:
            with ExitStack() as stack:
                yield from self._open(stack)
                yield from self._take_starts(starts)
                for generation in range(self.config.generations):
                    if generation not in self.archive.generations:
                        yield from self._generation(generation)
                yield from self._finish()
        except _StopRequested:
            yield self._record(self._stopped("interrupted", interrupted=True))
        except RewardsmithError as error:
            if self.archive.started is not None:
                with suppress(StoreError):
                    yield self._record(self._stopped(str(error)))
            raise
        except KeyboardInterrupt:
            if self.archive.started is not None:
                with suppress(StoreError):
                    self._record(self._stopped("interrupted", interrupted=True))
            raise

    def _open(self, stack: ExitStack) -> Iterator[AnyEvent]:
        self.proposer: Proposer = make_proposer(
            self.config, self.archive.completions, ask=self.hooks.ask_source
        )
        log = self.log.folder / "trainer.log"
        unsafe, workers = self.config.unsafe_no_sandbox, self.config.workers
        self.shop = stack.enter_context(Workshop(unsafe=unsafe, workers=workers, log=log))
        self.shop.warm_up()
        self.bank: Bank = self.shop.bank(self.environment)
        self.brief = Brief.of(self.environment, self.bank)
        if self.archive.started is None:
            yield self._record(self._started())
        else:
            yield self._record(RunResumed(time=self.hooks.now()))

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
        )

    def _take_starts(self, starts: tuple[str, ...]) -> Iterator[AnyEvent]:
        for candidate in plan.start_candidates(starts):
            if candidate.id not in self.archive.candidates:
                yield self._record(CandidateProposed(candidate=candidate))

    # ------------------------------------------------------------ a generation

    def _generation(self, generation: int) -> Iterator[AnyEvent]:
        self._check()
        if generation > self.archive.generation:
            temperature = self.config.temperature
            yield self._record(GenerationStarted(generation=generation, temperature=temperature))
        self._teach(generation)
        yield from self._propose(generation)
        self._check()
        passed = self._passed(generation)
        rewards = tuple(TrainReward(id=c.id, source=c.source) for c in passed)
        yield from self._train(f"g{generation:02d}", "selection", rewards)
        yield from self._diagnose(passed)
        self._check()
        yield from self._listen(generation)
        yield self._record(GenerationFinished(generation=generation, best=self._best_id()))
        self._write_best()

    def _teach(self, generation: int) -> None:
        """Tell a proposer that learns how the earlier generations ended, in the order of ids."""
        if not isinstance(self.proposer, LearningProposer):
            return
        for name in sorted(self.archive.candidates):
            candidate = self.archive.candidates[name]
            if candidate.generation < generation and name not in self.taught:
                score = self.archive.scores.get(name)
                self.proposer.learn(candidate, score.value if score is not None else None)
                self.taught.add(name)

    def _propose(self, generation: int) -> Iterator[AnyEvent]:
        started = sum(
            c.generation == generation and c.operator == "human"
            for c in self.archive.candidates.values()
        )
        requests = plan.plan_generation(
            self.archive, self.brief, self.config, generation, first_index=started
        )
        for repair in range(self.config.repairs + 1):
            yield from self._ask([r for r in requests if r.key not in self.archive.candidates])
            yield from self._judge(generation)
            requests = self._repairs(requests, repair + 1)
            if not requests:
                return
            self._check()

    def _ask(self, requests: list[ProposalRequest]) -> Iterator[AnyEvent]:
        if not requests:
            return
        by_key = {request.key: request for request in requests}
        received: list[AnyEvent] = []

        def emit(key: str, messages: tuple[Message, ...], completion: Completion) -> None:
            event = CompletionReceived(key=key, messages=messages, completion=completion)
            received.append(self._record(event))

        for key, proposal in self.proposer.propose(requests, emit):
            yield from received
            received.clear()
            if proposal.failure is not None and proposal.failure.rule == "provider":
                continue
            request = by_key[key]
            candidate = Candidate(
                id=key,
                source=proposal.source,
                operator=proposal.operator or request.operator,
                generation=request.generation,
                index=request.index,
                parents=proposal.parents or tuple(p.candidate.id for p in request.parents),
                tree=proposal.tree,
                proposer=self.proposer.name,
                thought=proposal.thought,
                flaw=proposal.failure,
            )
            yield self._record(CandidateProposed(candidate=candidate))
        yield from received

    def _judge(self, generation: int) -> Iterator[AnyEvent]:
        for name in sorted(self.archive.candidates):
            candidate = self.archive.candidates[name]
            if candidate.generation == generation and name not in self.archive.verdicts:
                yield self._record(CandidateJudged(verdict=self._verdict(candidate)))

    def _verdict(self, candidate: Candidate) -> Verdict:
        if candidate.flaw is not None:
            return Verdict(candidate=candidate.id, reasons=(candidate.flaw,))
        twin = self._twin(candidate)
        if twin is not None:
            message = f"this is the same reward as {twin}, token by token; write a different one"
            return Verdict(
                candidate=candidate.id, reasons=(Reason(rule="duplicate", message=message),)
            )
        rejects, rewards = self.config.critic_rejects, self.shop.rewards
        return judge(candidate, self.environment, self.bank, rewards, rejects=rejects)

    def _repairs(
        self, requests: Iterable[ProposalRequest], repair: int
    ) -> tuple[ProposalRequest, ...]:
        """The next round for what was rejected."""
        if repair > self.config.repairs:
            return ()
        again: list[ProposalRequest] = []
        for request in requests:
            verdict = self.archive.verdicts.get(request.key)
            if verdict is not None and not verdict.passed:
                candidate = self.archive.candidates[request.key]
                answer = self.archive.completions.get(request.key)
                broken = candidate.source or (answer.text if answer is not None else "")
                reasons = tuple(r for r in verdict.reasons if r.rule != TIMED_RULE)
                again.append(plan.repair_request(request, broken, reasons, repair))
        return tuple(again)

    def _diagnose(self, candidates: tuple[Candidate, ...]) -> Iterator[AnyEvent]:
        facts = task_facts(self.environment, self.bank)
        for candidate in candidates:
            result = self.archive.results.get((candidate.id, "selection"))
            if result is not None and candidate.id not in self.archive.diagnoses:
                arrays = load_trajectories(self.log.folder, result)
                diagnosis = diagnose(candidate, result, arrays, facts)
                yield self._record(CandidateDiagnosed(diagnosis=diagnosis))

    def _listen(self, generation: int) -> Iterator[AnyEvent]:
        if not self.config.human or self._heard(generation):
            return
        if self.hooks.ask is None:
            raise UsageError("the run asks for a person's feedback and there is none to ask")
        feedback = self.hooks.ask(self.archive, generation)
        yield self._record(FeedbackGiven(feedback=feedback))
        if feedback.stop:
            raise _StopRequested

    def _write_best(self) -> None:
        desk = outputs.Desk(self.archive, self.environment, self.bank, self.shop.rewards)
        outputs.write_best(self.log.folder, desk)

    # ------------------------------------------------------------ training

    def _train(
        self, job_id: str, purpose: str, rewards: tuple[TrainReward, ...]
    ) -> Iterator[AnyEvent]:
        missing = tuple(r for r in rewards if (r.id, purpose) not in self.archive.results)
        if not missing:
            return
        job = TrainJob(
            id=job_id,
            environment=self.environment.specification,
            rewards=missing,
            seeds=plan.training_seeds(self.config, purpose),
            steps=self.config.steps or self.environment.task.steps,
            folder=str(self.log.folder.resolve()),
            settings=trainer_settings(self.config),
            evaluation_episodes=self.config.evaluation_episodes,
            purpose=purpose,
        )
        names = tuple(reward.id for reward in missing)
        yield self._record(
            TrainingStarted(
                job=job.id, purpose=purpose, rewards=names, seeds=job.seeds, steps=job.steps
            )
        )
        began = self._seconds()
        for reply in self.shop.trainer.train(job):
            if isinstance(reply, TrainProgress):
                self.log.note_progress(reply)
                self.hooks.progress(reply)
                self._check_time()
            else:
                now = self._seconds()
                yield self._record(
                    RewardTrained(job=job.id, result=reply, seconds=now - began, elapsed=now)
                )

    def _finish(self) -> Iterator[AnyEvent]:
        self._check()
        finalists = self.archive.finalists(self.config.finalists)
        if finalists:
            yield from self._confirm(finalists)
        winner = self._best_id()
        candidates = self.archive.candidates
        rewards = [TrainReward(id=winner, source=candidates[winner].source)] if winner else []
        rewards += [TrainReward(id=kind, kind=kind) for kind in self._baselines()]
        self._check()
        yield from self._train("report", "report", tuple(rewards))
        yield self._record(self._report(winner))
        self._write_best()

    def _baselines(self) -> tuple[str, ...]:
        human = ("human",) if self.environment.task.human_reward is not None else ()
        return ("fitness", *human)

    def _confirm(self, finalists: tuple[str, ...]) -> Iterator[AnyEvent]:
        """Train the finalists on fresh seeds; the order there is the order."""
        if self.archive.confirmed is not None:
            return
        candidates = self.archive.candidates
        if len(finalists) > 1:
            rewards = tuple(TrainReward(id=n, source=candidates[n].source) for n in finalists)
            yield from self._train("confirmation", "confirmation", rewards)
            self._check()
        scores = {name: stats.score(self._fitness(name, "confirmation")) for name in finalists}
        order = sorted(finalists, key=lambda name: _order(scores[name]), reverse=True)
        yield self._record(
            FinalistsOrdered(finalists=tuple(order), scores=tuple(scores[name] for name in order))
        )

    def _report(self, winner: str | None) -> RunFinished:
        names = {"best": winner, "fitness": "fitness", "human": "human"}
        fitness = {key: self._fitness(name, "report") for key, name in names.items() if name}
        found = {key: stats.score(values) for key, values in fitness.items()}
        scores = {key: score for key, score in found.items() if score is not None}
        best, human = fitness.get("best", ()), fitness["human"]
        improvement = stats.probability_of_improvement(best, human)
        return RunFinished(
            best=winner,
            scores=scores,
            normalised=stats.normalised_score(best, human, fitness["fitness"]),
            improvement=improvement.value if improvement is not None else None,
            convincing=_convincing(scores, self.environment.task.maximum),
            seconds=self._seconds(),
        )

    # ------------------------------------------------------------ questions to the archive

    def _passed(self, generation: int) -> tuple[Candidate, ...]:
        """The generation's candidates that the critic let through, in the order of ids."""
        archive = self.archive
        return tuple(
            archive.candidates[name]
            for name in sorted(archive.candidates)
            if archive.candidates[name].generation == generation and archive.verdicts[name].passed
        )

    def _best_id(self) -> str | None:
        best = self.archive.best()
        return best.id if best is not None else None

    def _fitness(self, reward: str, purpose: str) -> tuple[float, ...]:
        result = self.archive.results.get((reward, purpose))
        return result.fitness if result is not None else ()

    def _heard(self, generation: int) -> bool:
        return any(feedback.generation == generation for feedback in self.archive.feedback)

    def _twin(self, candidate: Candidate) -> str | None:
        """An earlier candidate that passed and is the same code."""
        own = _hash_or_none(candidate.source)
        passed = [name for name, verdict in self.archive.verdicts.items() if verdict.passed]
        sources = {name: self.archive.candidates[name].source for name in sorted(passed)}
        if own is None:
            return None
        return next((n for n, source in sources.items() if _hash_or_none(source) == own), None)

    # ------------------------------------------------------------ the bookkeeping

    def _record(self, event: AnyEvent) -> AnyEvent:
        """On disk, then in the archive."""
        self.log.append(event)
        self.archive = self.archive.with_event(event)
        return event

    def _stopped(self, reason: str, *, interrupted: bool = False) -> RunStopped:
        return RunStopped(reason=reason, interrupted=interrupted, elapsed=self._seconds())

    def _seconds(self) -> float:
        """Wall-clock spent on the run, over all its sittings."""
        return round(self.earlier + self.hooks.clock() - self.began, 3)

    def _check(self) -> None:
        if self.hooks.stop():
            raise _StopRequested
        self._check_time()

    def _check_time(self) -> None:
        limit = self.config.budget.seconds
        if limit is not None and self._seconds() > limit:
            raise BudgetExhausted(
                f"the run's {limit:g} s are used up; `rewardsmith resume {self.log.folder} "
                f"--budget-seconds {2 * limit:g}` goes on"
            )


def _hash_or_none(source: str) -> str | None:
    """The hash of the code's tokens; None where it has no valid ones."""
    try:
        return source_hash(source)
    except RewardInvalid:
        return None


def _order(score: Score | None) -> float:
    return float("-inf") if score is None else score.value


def require_settings(environment: Environment, config: Config) -> None:
    """Raises UsageError for a trainer or a hyper-parameter that there is not, before all else."""
    require_trainer(config.trainer)
    if config.trainer == "population":
        resolve_settings(environment.task.settings, config.settings)


def trainer_settings(config: Config) -> dict[str, object]:
    """The job's settings: hyper-parameters and, where it is not the default, the trainer."""
    if config.trainer == "population":
        return dict(config.settings)
    return {"trainer": config.trainer, "algo": config.algo, **config.settings}


def _convincing(scores: dict[str, Score], maximum: float | None) -> bool:
    """Above the fitness reward by intervals, or as good as can be (design, exit code 3)."""
    best, fitness = scores.get("best"), scores.get("fitness")
    if best is None:
        return False
    if maximum is not None and best.low >= maximum - WITHIN_OF_MAXIMUM * abs(maximum):
        return True
    return fitness is None or best.low > fitness.high


def has_run(folder: Path) -> bool:
    """Whether a folder holds the events of a run."""
    return (folder / EVENTS).is_file() and (folder / EVENTS).stat().st_size > 0
