"""What a person does with one reward: check it, analyze it, train with it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from rewardsmith.analysis import Analysis, analyze_source, with_training
from rewardsmith.analyzer import base_of, base_on, task_facts
from rewardsmith.critic import PERSONS_REJECT, judge
from rewardsmith.diagnosis import diagnosis_of
from rewardsmith.environments import Environment, require_measure, require_simulator
from rewardsmith.errors import RewardsmithError, UsageError
from rewardsmith.exporters import computed_in
from rewardsmith.records import (
    Candidate,
    Diagnosis,
    TrainJob,
    TrainProgress,
    TrainResult,
    TrainReward,
    Verdict,
)
from rewardsmith.reward import Reward, reward_text
from rewardsmith.workshop import Workshop

BASELINES = ("fitness", "sparse", "human")


def read_source(source_or_path: str | Path) -> tuple[str, str]:
    """The code and a name for it; a text with a line end or a `def` is code, else a path.

    Raises UsageError where the file cannot be read.
    """
    text = str(source_or_path)
    if "\n" in text or "def " in text:
        return text, "reward"
    path = Path(text)
    return reward_text(path), path.stem


def check(
    source_or_path: str | Path,
    environment: Environment,
    *,
    rejects: Sequence[str] = PERSONS_REJECT,
    workshop: Workshop | None = None,
) -> Verdict:
    """What the critic says of a reward: the static rules, then a dry run in a reward process.

    `verdict.passed`, and `verdict.reasons`, each with rule, line, message; `rejects` names the
    findings that reject where others only warn; in a search the setting `critic_rejects` does.
    """
    candidate = _candidate(*read_source(source_or_path))
    with nullcontext(workshop) if workshop is not None else Workshop() as shop:
        bank = shop.bank(environment)
        return judge(candidate, environment, bank, shop.rewards, rejects=rejects)


def _candidate(source: str, name: str) -> Candidate:
    """A person's reward as the stages take it."""
    return Candidate(id=name, source=source, operator="human", generation=0, index=0)


def analyze(
    source_or_path: str | Path,
    environment: Environment,
    *,
    result: TrainResult | None = None,
    folder: str | Path | None = None,
    workshop: Workshop | None = None,
) -> Analysis:
    """What a reward's components do on recorded episodes, and what ails them; nothing is trained.

    With the `result` that `train` gave for it, and the `folder` that it was trained in, findings
    and numbers are those of the training.  Raises RewardFailed where the reward cannot be computed,
    UsageError where the folder holds nothing of that training.
    """
    source, name = read_source(source_or_path)
    with nullcontext(workshop) if workshop is not None else Workshop() as shop:
        bank = shop.bank(environment)
        found = analyze_source(source, name, environment, bank, computed_in(shop.rewards))
        if result is None:
            return found
        return analyze_result(found, environment, result, folder, workshop=shop)


def analyze_result(
    found: Analysis,
    environment: Environment,
    result: TrainResult,
    folder: str | Path | None,
    *,
    workshop: Workshop,
) -> Analysis:
    """The analysis of a reward, and now of its training in that folder as well.

    Raises UsageError where the folder holds nothing of that training.
    """
    candidate, kept = _candidate(found.source, found.name), _kept(result, folder)
    bank = workshop.bank(environment)
    facts, base = task_facts(environment, bank), base_on(bank, found.recorded.columns)
    return with_training(found, result, diagnosis_of(candidate, result, kept, facts, base))


def diagnose(
    source: str,
    environment: Environment,
    result: TrainResult,
    folder: str | Path,
    *,
    workshop: Workshop,
) -> Diagnosis:
    """What the analyzer says of a training, also of a reward that fails on recorded episodes.

    Raises UsageError where the folder holds nothing of that training.
    """
    candidate, kept = _candidate(source, result.reward), _kept(result, folder)
    bank = workshop.bank(environment)
    base = base_of(source, bank, computed_in(workshop.rewards))
    return diagnosis_of(candidate, result, kept, task_facts(environment, bank), base)


def _kept(result: TrainResult, folder: str | Path | None) -> Path:
    """The folder of a training; UsageError where none of what was recorded in it lies there."""
    if folder is None:
        raise UsageError(
            "a training is analyzed by what was recorded in it: give the folder as well, "
            "train(..., folder=FOLDER) and analyze(..., result=RESULT, folder=FOLDER)"
        )
    names = [m.trajectories for m in result.members if m.trajectories is not None]
    if names and not any((Path(folder) / name).is_file() for name in names):
        raise UsageError(f"{folder} has no {names[0]}: give the folder that it was trained in")
    return Path(folder)


def train(
    reward: Reward | str | Path,
    environment: Environment,
    *,
    steps: int | None = None,
    seeds: int | Sequence[int] = (0,),
    folder: str | Path | None = None,
    settings: dict[str, Any] | None = None,
    evaluation_episodes: int = 20,
    unmeasured: bool = False,
    workshop: Workshop | None = None,
    progress: Callable[[TrainProgress], None] = lambda _: None,
) -> TrainResult:
    """Train a policy a seed with one reward, as the search does; `folder` keeps the policies.

    `seeds` are the policies' seeds, or how many there are, counted from 0.  `reward` is a loaded
    reward, a file, code, or one of the task's own: `fitness`, `sparse`, `human`.  A task without a
    fitness is refused, for want of what the policies are worth, but with `unmeasured`.  What went
    wrong tells `analyze`.  Raises RewardsmithError where its training failed for a reason of the
    trainer's.
    """
    _require_counts(seeds, steps, evaluation_episodes)
    require_simulator(environment)
    if not unmeasured:
        require_measure(environment)
    if workshop is None or folder is None:
        with tempfile.TemporaryDirectory() as temporary, Workshop() as own:
            return train(
                reward,
                environment,
                steps=steps,
                seeds=seeds,
                folder=folder or temporary,
                settings=settings,
                evaluation_episodes=evaluation_episodes,
                unmeasured=unmeasured,
                workshop=workshop or own,
                progress=progress,
            )
    job = TrainJob(
        id="train",
        environment=environment.specification,
        rewards=(_train_reward(reward),),
        seeds=_seeds(seeds),
        steps=environment.task.steps if steps is None else steps,
        folder=str(Path(folder).resolve()),
        settings=settings or {},
        evaluation_episodes=evaluation_episodes,
        purpose="report",
    )
    result: TrainResult | None = None
    for reply in workshop.executor.train(job):
        if isinstance(reply, TrainResult):
            result = reply
        else:
            progress(reply)
    if result is None:
        raise RewardsmithError("the training was cancelled")
    return result


def _require_counts(seeds: int | Sequence[int], steps: int | None, episodes: int) -> None:
    """Raises UsageError where there is nothing to train or to evaluate."""
    chosen = _seeds(seeds)
    if not chosen or min(chosen) < 0:
        raise UsageError(
            f"seeds = {seeds!r}: give at least one seed, none below 0, or their number"
        )
    for name, value in (("steps", steps), ("evaluation_episodes", episodes)):
        if value is not None and value < 1:
            raise UsageError(f"{name} = {value}: there must be at least 1")


def _seeds(seeds: int | Sequence[int]) -> tuple[int, ...]:
    return tuple(range(seeds)) if isinstance(seeds, int) else tuple(seeds)


def _train_reward(reward: Reward | str | Path) -> TrainReward:
    if isinstance(reward, Reward):
        return TrainReward(id="reward", source=reward.source)
    if str(reward) in BASELINES:
        return TrainReward(id=str(reward), kind=str(reward))
    source, name = read_source(reward)
    return TrainReward(id=name, source=source)
