"""Population training: one shard of a job's members learns as one stack in this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from msgspec import to_builtins

from rewardsmith.environments import Environment, environment_from_specification
from rewardsmith.errors import UsageError
from rewardsmith.records import MemberResult, TrainJob, TrainProgress
from rewardsmith.signals import Array
from rewardsmith.training.advantages import advantages
from rewardsmith.training.curves import EpisodeLog, MemberCurves, TrainingEpisode
from rewardsmith.training.evaluation import Evaluator
from rewardsmith.training.networks import NetworkShape
from rewardsmith.training.policy import space_header
from rewardsmith.training.ppo import Batch, Updater
from rewardsmith.training.results import (
    member_result,
    policy_arrays,
    save_member_policy,
    save_member_trajectories,
)
from rewardsmith.training.rollout import Explorer, Rollout, logarithms
from rewardsmith.training.scoring import Scored, Scorer
from rewardsmith.training.settings import PpoSettings, resolve_settings
from rewardsmith.training.simulation import Block, Simulation, environment_seeds
from rewardsmith.training.stack import TRAINING_STREAM, Member, Stack

if TYPE_CHECKING:
    from rewardsmith.sandbox import RewardServer

PROGRESS_SECONDS = 0.5
"""The shortest time between two reports of progress."""
DIVERGED = "training diverged: the policy's weights are not finite any more"


def train_shard(
    job: TrainJob,
    members: Sequence[tuple[int, int]],
    rewards: RewardServer | None,
    *,
    worker: int = 0,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[TrainProgress | MemberResult]:
    """Train and evaluate members, (index of the reward, seed), and yield each one's result.

    A member whose reward fails is yielded at once and leaves the stack; the others go on as if
    it had never been there.  Raises UsageError for settings that cannot be and
    EnvironmentUnavailable where the simulator does not start.
    """
    torch.set_num_threads(1)
    environment = environment_from_specification(job.environment)
    own = {name: value for name, value in job.settings.items() if name != "trainer"}
    settings = resolve_settings(environment.task.settings, own)
    if settings.rows > job.steps:
        raise UsageError(
            f"{job.steps:,} steps are fewer than one block of environments × rollout = "
            f"{settings.rows:,}; raise --steps, or lower them (--set environments=N)"
        )
    chosen = [Member(job.rewards[reward], seed) for reward, seed in members]
    used = {member.reward.id: member.reward for member in chosen}
    scorer = Scorer(used.values(), environment, rewards, settings.rows)
    training = Training(job, environment, settings, chosen, scorer)
    try:
        yield from training.run(worker, clock)
    finally:
        training.close()
        scorer.close()


class Training:
    """A stack in its simulators, on the way from the first block to the last."""

    def __init__(
        self,
        job: TrainJob,
        environment: Environment,
        settings: PpoSettings,
        members: list[Member],
        scorer: Scorer,
    ) -> None:
        self._job = job
        self._environment = environment
        self._settings = settings
        self._scorer = scorer
        self._blocks = max(1, job.steps // settings.rows)
        seeds: list[int] = []
        for member in members:
            seeds += environment_seeds(member.seed, TRAINING_STREAM, settings.environments)
        self._simulation = Simulation(environment, seeds)
        self._reader = environment.reader()
        self._stack = Stack.create(members, self._shape(), settings)
        self._curves = [MemberCurves(self._blocks, settings.rows) for _ in members]
        self._log = EpisodeLog(len(seeds))
        self._resize()

    def _shape(self) -> NetworkShape:
        actions = self._simulation.actions
        return NetworkShape(
            inputs=self._simulation.inputs,
            outputs=actions.outputs,
            hidden=self._settings.hidden,
            gaussian=not actions.space.discrete,
            log_deviation=self._settings.log_deviation,
            actor_gain=self._settings.actor_gain,
            critic_gain=self._settings.critic_gain,
        )

    def _resize(self) -> None:
        """Make the buffers for the stack's present size."""
        self._explorer = Explorer(self._stack, self._settings)
        self._updater = Updater(self._stack.parameters, self._settings)

    def run(
        self, worker: int, clock: Callable[[], float]
    ) -> Iterator[TrainProgress | MemberResult]:
        """Train to the end, then evaluate."""
        told, since = clock(), 0
        for done in range(1, self._blocks + 1):
            yield from self._block(done)
            since += len(self._stack.members) * self._settings.rows
            if not self._stack.members:
                return
            if (now := clock()) - told >= PROGRESS_SECONDS or done == self._blocks:
                yield self._progress(worker, done, since / max(now - told, 1e-9))
                told, since = now, 0
        yield from self._evaluate()

    def _block(self, done: int) -> Iterator[MemberResult]:
        """One rollout, its rewards, one update; members that fail are yielded and leave."""
        rollout = self._explorer.run(self._stack, self._simulation)
        values = self._explorer.values(self._stack.parameters)
        scores = self._score(rollout.block)
        failed = [number for number, score in enumerate(scores) if isinstance(score, str)]
        totals = [np.zeros((0, 0)) if isinstance(s, str) else s.total for s in scores]
        for number in failed:
            yield self._failure(number, str(scores[number]), done)
        kept = np.array([n for n in range(len(scores)) if n not in failed], dtype=np.int64)
        if failed:
            rollout, values = rollout.keep(kept, self._shrink(kept)), values[kept]
        if len(kept):
            self._learn(rollout, values, np.stack([totals[n] for n in kept]), done)
            yield from self._drop_diverged(done)

    def _drop_diverged(self, done: int) -> Iterator[MemberResult]:
        """Members whose weights are no numbers any more are yielded and leave."""
        sound = self._stack.parameters.finite()
        for number in np.flatnonzero(~sound):
            yield self._failure(int(number), DIVERGED, done)
        if not sound.all():
            self._shrink(np.flatnonzero(sound))

    def _score(self, block: Block) -> list[Scored | str]:
        """Every member's reward on the block; curves take it in."""
        view = self._reader.view(block.transitions())
        width = self._settings.environments
        columns = [slice(n * width, (n + 1) * width) for n in range(len(self._curves))]
        members = [
            (member.reward.id, part)
            for member, part in zip(self._stack.members, columns, strict=True)
        ]
        scores = self._scorer.score(members, view, block.valid)
        fitness = np.asarray(self._environment.task.fitness(view), dtype=np.float64)
        self._reader.advance(view)
        nothing = np.zeros((block.steps, width))
        totals = [nothing if isinstance(score, str) else score.total for score in scores]
        steps = {"fitness": fitness, "total": np.concatenate(totals, axis=1)}
        for column, episode in self._log.add(steps, block.valid, block.ended):
            self._curves[column // width].add_episode(
                TrainingEpisode(
                    fitness=self._environment.task.episode_fitness(episode["fitness"]),
                    total=float(episode["total"].sum()),
                    length=len(episode["total"]),
                )
            )
        for score, curves, part in zip(scores, self._curves, columns, strict=True):
            if not isinstance(score, str):
                curves.add_block(score.components, block.valid[:, part])
        return scores

    def _learn(self, rollout: Rollout, values: Array, rewards: Array, done: int) -> None:
        stack, settings, block = self._stack, self._settings, rollout.block
        valid = self._by_member(block.valid)
        ended = self._by_member(block.ended)
        scaled = stack.rewards.scale(rewards, ended, valid).astype(np.float32)
        estimates = advantages(
            scaled,
            values,
            self._by_member(block.terminated),
            ended,
            discount=settings.discount,
            trace=settings.trace,
        )
        flat = (len(scaled), settings.rows)
        batch = Batch(
            inputs=rollout.inputs[:, :-1].reshape(*flat, -1),
            actions=rollout.chosen.reshape(*flat, -1),
            logarithms=logarithms(stack.parameters, rollout),
            advantages=estimates.reshape(flat),
            returns=(estimates + values[:, :-1]).reshape(flat),
            valid=valid.reshape(flat),
        )
        gone = settings.learning_rate_decay * (done - 1) / self._blocks
        rate = settings.learning_rate * (1.0 - gone)
        self._updater.update(stack.parameters, stack.adam, batch, stack.order, rate)
        obs = block.obs[:-1].reshape(settings.rollout, *valid.shape[::2], -1)
        for member, rows in enumerate(valid):
            stack.observations.add(member, obs[:, member][rows])

    def _by_member(self, array: Array) -> Array:
        """(members, steps, environments) from (steps, members x environments)."""
        return array.reshape(len(array), -1, self._settings.environments).swapaxes(0, 1)

    def _shrink(self, kept: Array) -> Array:
        """Let the other members go; the columns of the environments that stay."""
        width = self._settings.environments
        columns = (kept[:, None] * width + np.arange(width)).ravel()
        self._stack = self._stack.keep(kept)
        self._simulation.keep(columns)
        self._reader.keep(columns)
        self._log = self._log.keep(columns)
        self._curves = [self._curves[number] for number in kept]
        if len(kept):
            self._resize()
        return columns

    def _progress(self, worker: int, done: int, speed: float) -> TrainProgress:
        recent: dict[str, list[float]] = {}
        for member, curves in zip(self._stack.members, self._curves, strict=True):
            recent.setdefault(member.reward.id, []).extend(curves.recent)
        return TrainProgress(
            job=self._job.id,
            worker=worker,
            steps=done * self._settings.rows,
            total=self._blocks * self._settings.rows,
            members=len(self._stack.members),
            steps_per_second=speed,
            fitness={name: float(np.mean(v)) if v else None for name, v in recent.items()},
        )

    def _failure(self, number: int, text: str, done: int) -> MemberResult:
        member, curves = self._stack.members[number], self._curves[number]
        return member_result(member, curves, done * self._settings.rows, failure=text)

    def _evaluate(self) -> Iterator[MemberResult]:
        job, stack = self._job, self._stack
        evaluator = Evaluator(stack, self._environment, self._settings, job.evaluation_episodes)
        divisors = stack.rewards.divisor()
        for number, evaluation in enumerate(evaluator.run(self._scorer)):
            if evaluation.failure is not None:
                yield self._failure(number, evaluation.failure, self._blocks)
                continue
            header = self._header(number)
            arrays = policy_arrays(stack, number, self._simulation.actions)
            member = stack.members[number]
            yield member_result(
                member,
                self._curves[number],
                header["steps"],
                fitness=evaluation.fitness,
                episodes=tuple(evaluation.episodes),
                reward_scale=float(divisors[number]),
                policy=save_member_policy(job.folder, member, arrays, header),
                trajectories=save_member_trajectories(job.folder, member, evaluation),
            )

    def _header(self, number: int) -> dict[str, Any]:
        member = self._stack.members[number]
        return {
            "environment": self._environment.name,
            "task": self._environment.task.name,
            "reward": member.reward.id,
            "seed": member.seed,
            "steps": self._blocks * self._settings.rows,
            "observation_shape": list(self._simulation.observation_shape),
            "action_space": space_header(self._simulation.actions.space),
            "settings": to_builtins(self._settings),
        }

    def close(self) -> None:
        """End the simulators."""
        self._simulation.close()
