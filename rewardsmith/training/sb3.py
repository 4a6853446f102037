"""Training by Stable-Baselines3 (`--trainer sb3`): one member after another, the same results.

The reward comes from the member's reward process at every step, and is scaled as in population
training: divided by the running standard deviation of the discounted return, clipped at 10.
Episodes are evaluated by the same code, too.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm
from stable_baselines3.common.vec_env import VecNormalize

from rewardsmith.environments import Environment, environment_from_specification
from rewardsmith.errors import UsageError
from rewardsmith.records import MemberResult, TrainJob, TrainProgress
from rewardsmith.signals import Array, Transitions
from rewardsmith.training.evaluation import SAMPLE_PART, Evaluator
from rewardsmith.training.networks import NetworkShape
from rewardsmith.training.results import member_result, save_member_trajectories
from rewardsmith.training.sb3_environment import Sb3Environment, as_seen
from rewardsmith.training.sb3_judge import BLOCK, Judge, MemberFailed
from rewardsmith.training.sb3_settings import ALGORITHMS, Sb3Settings, resolve_sb3_settings
from rewardsmith.training.scoring import Scorer
from rewardsmith.training.settings import PpoSettings
from rewardsmith.training.simulation import Simulation, environment_seeds
from rewardsmith.training.stack import TRAINING_STREAM, Member, Stack

if TYPE_CHECKING:
    from rewardsmith.sandbox import RewardServer

PROGRESS_SECONDS = 0.5
"""The shortest time between two reports of progress."""


def train_shard(
    job: TrainJob,
    members: Sequence[tuple[int, int]],
    rewards: RewardServer | None,
    *,
    worker: int = 0,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[TrainProgress | MemberResult]:
    """Train and evaluate members, (index of the reward, seed), one after another."""
    torch.set_num_threads(1)
    environment = environment_from_specification(job.environment)
    settings = resolve_sb3_settings(job.settings)
    for index, seed in members:
        member = Member(job.rewards[index], seed)
        capacity = max(BLOCK * settings.environments, PpoSettings().rows)
        scorer = Scorer((member.reward,), environment, rewards, capacity)
        try:
            training = MemberTraining(job, environment, settings, member, scorer)
            yield from training.run(worker, clock)
        finally:
            scorer.close()


def try_settings(environment: Environment, settings: dict[str, Any]) -> None:
    """Raises UsageError where the algorithm cannot be made there with these settings."""
    resolved = resolve_sb3_settings(settings)
    seeds = environment_seeds(0, TRAINING_STREAM, resolved.environments)
    simulators = Sb3Environment(environment, seeds, lambda t: np.zeros(t.terminated.shape[1:]))
    try:
        make_model(resolved, 0, normalised(resolved, simulators))
    finally:
        simulators.close()


def normalised(settings: Sb3Settings, simulators: Sb3Environment) -> VecNormalize:
    """The simulators with observations and rewards as the algorithm sees them."""
    try:
        gamma = float(settings.arguments.get("gamma", 0.99))
    except (TypeError, ValueError) as error:
        raise UsageError(f"sb3's {settings.algo} cannot be made: gamma: {error}") from error
    normalise = settings.normalise and not simulators.image
    return VecNormalize(simulators, norm_obs=normalise, norm_reward=True, gamma=gamma)


def make_model(settings: Sb3Settings, seed: int, simulators: VecNormalize) -> BaseAlgorithm:
    """The algorithm, untrained; UsageError where Stable-Baselines3 does not make it."""
    algorithm: Any = ALGORITHMS[settings.algo]
    image = getattr(simulators.venv, "image", False)
    try:
        return algorithm(
            "CnnPolicy" if image else "MlpPolicy",
            simulators,
            seed=seed % 2**32,
            device="cpu",
            **settings.arguments,
        )
    except (AssertionError, TypeError, ValueError) as error:
        why = " ".join(str(error).split())
        raise UsageError(f"sb3's {settings.algo} cannot be made: {why}") from error


class Sb3Evaluator(Evaluator):
    """Evaluates a model of Stable-Baselines3; of the stack it needs the member alone."""

    def __init__(
        self,
        member: Member,
        environment: Environment,
        act: Callable[[Array], Array],
        episodes: int,
        *,
        part: int = 0,
    ) -> None:
        unused = NetworkShape(inputs=1, outputs=1, hidden=(16,), gaussian=True)
        stack = Stack.create([member], unused, PpoSettings())
        super().__init__(stack, environment, PpoSettings(), episodes, part=part)
        self._act = act

    def _policy(self, simulation: Simulation) -> Callable[[int], Array]:
        return lambda _step: self._act(simulation.obs)


@dataclass(slots=True)
class MemberTraining:
    """One member on its way from the first step to its result."""

    job: TrainJob
    environment: Environment
    settings: Sb3Settings
    member: Member
    scorer: Scorer
    told: queue.SimpleQueue[int | None] = field(default_factory=queue.SimpleQueue["int | None"])
    middle: Callable[[], None] | None = None
    """What is still to be done in the middle of the training."""

    def run(
        self, worker: int, clock: Callable[[], float]
    ) -> Iterator[TrainProgress | MemberResult]:
        """Train, telling progress, and evaluate."""
        judge = Judge(
            self.environment, self.member, self.scorer, (self.job.steps, self.settings.environments)
        )
        seeds = environment_seeds(self.member.seed, TRAINING_STREAM, self.settings.environments)
        simulators = Sb3Environment(self.environment, seeds, self._telling(judge))
        try:
            normal = normalised(self.settings, simulators)
            model = make_model(self.settings, self.member.seed, normal)
            self.middle = partial(self._sample, model, normal, judge)
            yield from self._learn(model, judge, worker, clock)
            yield self._evaluated(model, normal, judge)
        except MemberFailed as failed:
            yield self._result(judge, failure=str(failed))
        finally:
            simulators.close()

    def _telling(self, judge: Judge) -> Callable[[Transitions], Array]:
        def rewards(transitions: Transitions) -> Array:
            blocks = judge.blocks
            total = judge(transitions)
            if judge.blocks > blocks:
                self.told.put(judge.done)
            if self.middle is not None and 2 * judge.done >= self.job.steps:
                self.middle()
                self.middle = None
            return total

        return rewards

    def _sample(self, model: BaseAlgorithm, normal: VecNormalize, judge: Judge) -> None:
        """Record an episode on the way; its random numbers are not those of the training."""
        act = self._acting(normal, model.policy.predict)
        sampler = Sb3Evaluator(self.member, self.environment, act, 1, part=1)
        steps = max(1, self.job.steps // self.settings.environments // SAMPLE_PART)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.member.seed)
            (evaluation,) = sampler.sample(self.scorer, steps)
        if evaluation.failure is None and evaluation.saved:
            save_member_trajectories(self.job.folder, self.member, evaluation, judge.done)
            judge.curves.sampled = judge.done

    def _acting(
        self, normal: VecNormalize, predict: Callable[..., tuple[Array, Any]]
    ) -> Callable[[Array], Array]:
        """The policy as it is evaluated."""
        deterministic = self.environment.task.evaluation == "deterministic"
        image = getattr(normal.venv, "image", False)

        def act(obs: Array) -> Array:
            seen = normal.normalize_obs(as_seen(obs, image=image))
            return predict(np.asarray(seen), deterministic=deterministic)[0]

        return act

    def _learn(
        self, model: BaseAlgorithm, judge: Judge, worker: int, clock: Callable[[], float]
    ) -> Iterator[TrainProgress]:
        """Learn in a thread, for `learn` does not come back before its end."""
        steps = self.job.steps
        if isinstance(model, OnPolicyAlgorithm):
            rows = model.n_steps * model.n_envs
            steps = max(1, steps // rows) * rows

        def learn() -> None:
            try:
                model.learn(steps)
            finally:
                self.told.put(None)

        with ThreadPoolExecutor(1) as pool:
            learning = pool.submit(learn)
            before, since = clock(), 0
            while (done := self.told.get()) is not None:
                if (now := clock()) - before >= PROGRESS_SECONDS:
                    speed = (done - since) / (now - before)
                    yield self._progress(judge, worker, (done, steps), speed)
                    before, since = now, done
            learning.result()

    def _progress(
        self, judge: Judge, worker: int, done: tuple[int, int], speed: float
    ) -> TrainProgress:
        return TrainProgress(
            job=self.job.id,
            worker=worker,
            steps=done[0],
            total=done[1],
            members=1,
            steps_per_second=speed,
            fitness={self.member.reward.id: judge.recent},
        )

    def _evaluated(self, model: BaseAlgorithm, normal: VecNormalize, judge: Judge) -> MemberResult:
        act = self._acting(normal, model.predict)
        episodes = self.job.evaluation_episodes
        evaluator = Sb3Evaluator(self.member, self.environment, act, episodes)
        (evaluation,) = evaluator.run(self.scorer)
        if evaluation.failure is not None:
            return self._result(judge, failure=evaluation.failure)
        return self._result(
            judge,
            fitness=evaluation.fitness,
            episodes=tuple(evaluation.episodes),
            reward_scale=float(np.sqrt(normal.ret_rms.var + normal.epsilon)),
            policy=self._save_policy(model, normal),
            trajectories=save_member_trajectories(self.job.folder, self.member, evaluation),
        )

    def _result(self, judge: Judge, **more: Any) -> MemberResult:
        return member_result(self.member, judge.curves, judge.done, **more)

    def _save_policy(self, model: BaseAlgorithm, normal: VecNormalize) -> str:
        """The model as Stable-Baselines3 saves it, beside it the normaliser as it does."""
        relative = f"policies/{self.member.reward.id}-{self.member.seed}.zip"
        path = Path(self.job.folder) / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        model.save(path)
        normal.save(str(path.with_suffix(".normaliser.pkl")))
        return relative
