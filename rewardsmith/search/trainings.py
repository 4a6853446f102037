"""Trainings: rewards become policies, and what happened becomes words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from rewardsmith import plan
from rewardsmith.analyzer import base_of, task_facts
from rewardsmith.diagnosis import diagnosis_of
from rewardsmith.exporters import computed_in
from rewardsmith.records import (
    AnyEvent,
    Candidate,
    CandidateDiagnosed,
    RewardTrained,
    TrainingStarted,
    TrainJob,
    TrainProgress,
    TrainResult,
    TrainReward,
)
from rewardsmith.search.goals import ranking_of
from rewardsmith.search.pausing import Pause
from rewardsmith.search.settings import second_trainer_settings, trainer_settings
from rewardsmith.search.sitting import Sitting, StopRequested
from rewardsmith.training.racing import race, rule_of
from rewardsmith.training.settings import resolve_settings


def diagnose_all(sitting: Sitting, candidates: Sequence[Candidate]) -> Iterator[AnyEvent]:
    """The analyzer's words on each that was trained and has none."""
    told = sitting.archive.diagnoses
    yield from _diagnose(sitting, [c for c in candidates if c.id not in told])


def diagnose_again(sitting: Sitting, names: Iterable[str]) -> Iterator[AnyEvent]:
    """The analyzer's words on each that was trained on more seeds than those say that it has."""
    results, told = sitting.archive.results, sitting.archive.diagnoses
    more = [
        sitting.archive.candidates[name]
        for name in dict.fromkeys(names)
        if name in told and told[name].policies < len(results[name, "selection"].members)
    ]
    yield from _diagnose(sitting, more)


def _diagnose(sitting: Sitting, candidates: Sequence[Candidate]) -> Iterator[AnyEvent]:
    if not candidates:
        return
    ranking = ranking_of(sitting.environment, sitting.config)
    facts = task_facts(sitting.environment, sitting.bank, ranking)
    for candidate in candidates:
        result = sitting.archive.results.get((candidate.id, "selection"))
        if result is not None:
            base = base_of(candidate.source, sitting.bank, computed_in(sitting.shop.rewards))
            diagnosis = diagnosis_of(candidate, result, sitting.log.folder, facts, base)
            yield sitting.record(CandidateDiagnosed(diagnosis=diagnosis))


def train(
    sitting: Sitting,
    job_id: str,
    purpose: str,
    rewards: tuple[TrainReward, ...],
    seeds: tuple[int, ...] = (),
    *,
    part: int = 1,
) -> Iterator[AnyEvent]:
    """Train for one purpose, with its own seeds or these, those that are not yet trained so.

    `part` 4 trains for a fourth of the steps, though for one block at least.
    """
    own = seeds or plan.training_seeds(sitting.config, purpose)
    missing = tuple(r for r in rewards if not _has_seeds(sitting, r.id, purpose, own))
    if not missing:
        return
    job = shortened(sitting, training_job(sitting, job_id, purpose, missing, own), part)
    raced = purpose == "selection" and not seeds and part == 1
    replies = _raced(sitting, job, rewards) if raced else sitting.shop.executor.train(job)
    yield from run_job(sitting, job, replies)


def shortened(sitting: Sitting, job: TrainJob, part: int) -> TrainJob:
    """The job with a part of its steps, but no fewer than one block has."""
    if part == 1:
        return job
    rows = 1
    if sitting.config.trainer == "population":
        rows = resolve_settings(sitting.environment.task.settings, sitting.config.settings).rows
    return msgspec.structs.replace(job, steps=max(job.steps // part, min(rows, job.steps)))


def training_job(
    sitting: Sitting,
    job_id: str,
    purpose: str,
    rewards: tuple[TrainReward, ...],
    seeds: tuple[int, ...],
) -> TrainJob:
    """A job as the settings have it."""
    folder, settings = sitting.log.folder.resolve(), trainer_settings(sitting.config)
    if purpose == plan.SECOND_TRAINER:
        folder, settings = folder / purpose, second_trainer_settings(sitting.config)
    return TrainJob(
        id=job_id,
        environment=sitting.environment.specification,
        rewards=rewards,
        seeds=seeds,
        steps=sitting.config.steps or sitting.environment.task.steps,
        folder=str(folder),
        settings=settings,
        evaluation_episodes=sitting.config.evaluation_episodes,
        purpose=purpose,
    )


def run_job(
    sitting: Sitting, job: TrainJob, replies: Iterator[TrainProgress | TrainResult]
) -> Iterator[AnyEvent]:
    """Train a job, which `replies` does; every reward's result is an event.

    Where the caller wants the end it comes at a checkpoint, or without one after a while.
    """
    names = tuple(reward.id for reward in job.rewards)
    yield sitting.record(
        TrainingStarted(
            job=job.id, purpose=job.purpose, rewards=names, seeds=job.seeds, steps=job.steps
        )
    )
    began, pause = sitting.seconds(), Pause(sitting.hooks.clock)
    for reply in replies:
        if isinstance(reply, TrainProgress):
            sitting.log.note_progress(reply)
            sitting.hooks.progress(reply)
            sitting.check_time()
            if pause.due(reply, asked=sitting.hooks.stop()):
                raise StopRequested
        else:
            now = sitting.seconds()
            yield sitting.record(
                RewardTrained(job=job.id, result=reply, seconds=now - began, elapsed=now)
            )


def _has_seeds(sitting: Sitting, reward: str, purpose: str, seeds: tuple[int, ...]) -> bool:
    result = sitting.archive.results.get((reward, purpose))
    return result is not None and set(seeds) <= {member.seed for member in result.members}


def _raced(
    sitting: Sitting, job: TrainJob, rewards: tuple[TrainReward, ...]
) -> Iterator[TrainProgress | TrainResult]:
    """A generation's training, in which those that need not go on stop early."""
    executor, config, task = sitting.shop.executor, sitting.config, sitting.environment.task
    if config.trainer != "population":
        return executor.train(job)
    left = {reward.id for reward in job.rewards}
    done = (reward.id for reward in rewards if reward.id not in left)
    return race(
        executor,
        job,
        rule_of(config.racing, measured=task.measured),
        maximum=task.maximum,
        finished=[sitting.archive.results[name, job.purpose] for name in done],
    )
