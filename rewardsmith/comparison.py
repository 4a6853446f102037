"""Rewards side by side: trained with equal budgets on the report's seeds, and what that shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from rewardsmith import plan, stats
from rewardsmith.api import BASELINES, read_source
from rewardsmith.config import Config
from rewardsmith.environments import Environment, require_measure
from rewardsmith.errors import StoreError, UsageError
from rewardsmith.records import (
    Record,
    RewardTrained,
    Score,
    TrainingStarted,
    TrainJob,
    TrainProgress,
    TrainResult,
    TrainReward,
    decode,
    encode,
)
from rewardsmith.run import open_run
from rewardsmith.search import trainer_settings
from rewardsmith.store import EventLog, read_events, write_atomically
from rewardsmith.workshop import Workshop

PLAN = "comparison.json"
Showing = AbstractContextManager[Callable[[TrainProgress], None]]
"""Takes a training's progress as long as it is entered."""


class ComparisonPlan(Record, frozen=True):
    """What is trained; a folder holds one plan."""

    environment: dict[str, Any]
    rewards: tuple[TrainReward, ...]
    seeds: tuple[int, ...]
    steps: int
    settings: dict[str, Any]
    evaluation_episodes: int


class Improvement(Record, frozen=True):
    """The probability that a policy of this reward is better than one of the other."""

    over: str
    value: float
    low: float
    high: float


class ComparedReward(Record, frozen=True):
    """One reward of a comparison."""

    reward: str
    kind: str
    score: Score | None
    fitness: tuple[float, ...]
    """Of every seed, in the order of the plan's seeds; failed ones are left out."""
    failure: str | None = None
    improvement: Improvement | None = None
    normalised: float | None = None
    """None where it is undefined: the human reward does not clearly beat the fitness as one, was
    not trained, or was not written for this fitness."""


def plan_comparison(
    words: Sequence[str], environment: Environment, config: Config
) -> ComparisonPlan:
    """The plan for what a person named: reward files, run folders, fitness, sparse, human.

    Raises UsageError for what cannot be read or is not there, StoreError for a run without a best.
    """
    require_measure(environment)
    rewards: list[TrainReward] = []
    for word in words:
        reward = _named(word, environment)
        taken = {known.id for known in rewards}
        numbered = (f"{reward.id}-{number}" for number in range(2, len(words) + 2))
        name = next(n for n in (reward.id, *numbered) if n not in taken)
        rewards.append(TrainReward(id=name, kind=reward.kind, source=reward.source))
    return ComparisonPlan(
        environment=environment.specification,
        rewards=tuple(rewards),
        seeds=plan.training_seeds(config, "report"),
        steps=config.steps or environment.task.steps,
        settings=trainer_settings(config),
        evaluation_episodes=config.evaluation_episodes,
    )


def _named(word: str, environment: Environment) -> TrainReward:
    if word in BASELINES:
        environment.task.baseline(word)
        return TrainReward(id=word, kind=word)
    path = Path(word)
    if path.is_dir():
        return TrainReward(id=_identifier(path.name), source=open_run(path).best_candidate.source)
    source, name = read_source(path)
    return TrainReward(id=_identifier(name), source=source)


def _identifier(name: str) -> str:
    """A name that can be part of a file's."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.") or "reward"


def _nobody(_: TrainProgress) -> None:
    """Takes progress where nobody looks on."""


def compare(
    planned: ComparisonPlan,
    *,
    folder: Path,
    workshop: Workshop,
    show: Callable[[TrainingStarted], Showing] = lambda _: nullcontext(_nobody),
    hear: Callable[[TrainResult], None] = lambda _: None,
) -> tuple[ComparedReward, ...]:
    """Train what the folder does not have yet, and compare; each result is kept as it comes.

    `show` gives what takes the progress of that training, which lasts as long as it is entered.
    Raises UsageError where the folder holds another comparison.
    """
    with EventLog(folder) as log:
        _require_same(folder, planned)
        known = {
            event.result.reward: event.result
            for event in read_events(folder)
            if isinstance(event, RewardTrained)
        }
        missing = tuple(reward for reward in planned.rewards if reward.id not in known)
        job = _job(planned, missing, folder)
        with show(_started(job)) if missing else nullcontext(_nobody) as progress:
            for reply in workshop.executor.train(job) if missing else ():
                if isinstance(reply, TrainProgress):
                    progress(reply)
                    continue
                log.append(RewardTrained(job=job.id, result=reply))
                known[reply.reward] = reply
                hear(reply)
    retargeted = bool(planned.environment.get("fitness"))
    return compared(planned.rewards, known, normalise=not retargeted)


def _job(planned: ComparisonPlan, rewards: tuple[TrainReward, ...], folder: Path) -> TrainJob:
    return TrainJob(
        id="comparison",
        environment=planned.environment,
        rewards=rewards,
        seeds=planned.seeds,
        steps=planned.steps,
        folder=str(folder.resolve()),
        settings=planned.settings,
        evaluation_episodes=planned.evaluation_episodes,
        purpose="report",
    )


def _started(job: TrainJob) -> TrainingStarted:
    return TrainingStarted(
        job=job.id,
        purpose=job.purpose,
        rewards=tuple(reward.id for reward in job.rewards),
        seeds=job.seeds,
        steps=job.steps,
    )


def _require_same(folder: Path, planned: ComparisonPlan) -> None:
    """Write the plan down, or see that it is the one that is there."""
    path = folder / PLAN
    if not path.is_file():
        if read_events(folder):
            raise UsageError(f"{folder} holds a run; choose another folder: --out FOLDER")
        write_atomically(path, encode(planned))
        return
    try:
        there = decode(path.read_bytes(), ComparisonPlan)
    except (OSError, ValueError) as error:
        raise StoreError(f"{path} cannot be read: {error}") from error
    if there != planned:
        raise UsageError(
            f"{folder} holds a comparison of other rewards, seeds or steps; repeat that one, or "
            "choose another folder: --out FOLDER"
        )


def compared(
    rewards: Iterable[TrainReward], results: Mapping[str, TrainResult], *, normalise: bool = True
) -> tuple[ComparedReward, ...]:
    """What the results show, the best first; rewards without a result are left out.

    Not normalised where the fitness was typed: the human reward was not written for it.
    """
    trained = [reward for reward in rewards if reward.id in results]
    fitness = {reward.id: results[reward.id].fitness for reward in trained}
    kinds = {reward.kind: reward.id for reward in reversed(trained) if reward.kind != "source"}
    human, floor = kinds.get("human", ""), kinds.get("fitness", "")
    other = human or (trained[0].id if trained else "")
    rows = [
        ComparedReward(
            reward=reward.id,
            kind=reward.kind,
            score=stats.score(fitness[reward.id]),
            fitness=fitness[reward.id],
            failure=results[reward.id].failure,
            improvement=_improvement(fitness, reward.id, other),
            normalised=stats.normalised_score(
                fitness[reward.id],
                fitness.get(human, ()) if normalise else (),
                fitness.get(floor, ()),
            ),
        )
        for reward in trained
    ]
    return tuple(sorted(rows, key=_order))


def _improvement(
    fitness: Mapping[str, Sequence[float]], reward: str, other: str
) -> Improvement | None:
    if reward == other:
        return None
    found = stats.probability_of_improvement(fitness[reward], fitness[other])
    if found is None:
        return None
    return Improvement(over=other, value=found.value, low=found.low, high=found.high)


def _order(row: ComparedReward) -> tuple[bool, float]:
    return row.score is None, 0.0 if row.score is None else -row.score.value
