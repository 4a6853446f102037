"""A stack's training on the host: block after block, boundary after boundary, to its results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from rewardsmith.backends import ON_DEVICE
from rewardsmith.records import MemberResult, Stop, TrainProgress
from rewardsmith.signals import Array
from rewardsmith.training.advantages import advantages
from rewardsmith.training.boundaries import boundaries
from rewardsmith.training.checkpoints import save_checkpoint
from rewardsmith.training.curves import EpisodeLog, MemberCurves, TrainingEpisode
from rewardsmith.training.finishing import finished_members, mark_members, sample_members
from rewardsmith.training.networks import NetworkShape
from rewardsmith.training.own_rewards import own_reward
from rewardsmith.training.ppo import Batch, Updater
from rewardsmith.training.results import member_result
from rewardsmith.training.rollout import Explorer, Rollout, logarithms
from rewardsmith.training.scoring import Scored
from rewardsmith.training.setup import Group, Setup
from rewardsmith.training.simulation import Block, Simulation, environment_seeds
from rewardsmith.training.stack import TRAINING_STREAM, Member, Stack

PROGRESS_SECONDS = 0.5
"""The shortest time between two reports of progress."""
DIVERGED = "training diverged: the policy's weights are not finite any more"


class Training:
    """A stack in its simulators, on the way from the first block, or a boundary, to the last."""

    def __init__(self, setup: Setup, group: Group) -> None:
        self._setup = setup
        self._job, self._environment = setup.job, setup.environment
        self._settings, self._scorer = setup.settings, setup.scorer
        self._blocks = setup.blocks
        members = [member for member, _ in group]
        first = group[0][1]
        self._stop = setup.job.stops.get(members[0].reward.id)
        self._target = setup.target(members[0])
        self._enter(0 if first is None else first.part, members)
        self._stack = Stack.create(members, self._shape(), self._settings)
        self._curves = [MemberCurves(self._blocks, self._settings.rows) for _ in members]
        for number, (_, found) in enumerate(group):
            if found is not None:
                found.restore(self._stack, number)
                self._curves[number].restore(found.curves)
        self._resize()

    def _enter(self, part: int, members: list[Member]) -> None:
        """Begin a part: the simulators, and all that looks back in time, are made anew."""
        seeds: list[int] = []
        for member in members:
            seeds += environment_seeds(
                member.seed, TRAINING_STREAM, self._settings.environments, part
            )
        self._part = part
        self._simulate(seeds)
        self._open = True
        limit = self._simulation.time_limit
        self._boundaries = boundaries(
            self._blocks, self._settings.parts, self._settings.rollout, limit
        )

    def _simulate(self, seeds: Sequence[int]) -> None:
        """Make the simulators, and what reads them."""
        self._simulation = Simulation(self._environment, seeds)
        self._reader = self._environment.reader()
        self._log = EpisodeLog(len(seeds))

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
        """Train to the end, or to where the job pauses or stops, and give the results."""
        told, since = clock(), 0
        for done in range(self._done + 1, self._last + 1):
            yield from self._block(done)
            since += len(self._stack.members) * self._settings.rows
            if not self._stack.members:
                return
            if crossed := done in self._boundaries:
                self._cross(done)
            elif not self._boundaries and done == self._blocks // 2:
                self._sample(done)
            if (now := clock()) - told >= PROGRESS_SECONDS or crossed or done == self._blocks:
                yield self._progress(worker, done, since / max(now - told, 1e-9))
                told, since = now, 0
        yield from self._end()

    @property
    def _done(self) -> int:
        """Blocks done where the present part began."""
        return self._boundaries[self._part - 1] if self._part else 0

    @property
    def _last(self) -> int:
        """Blocks after which these members are done with this job."""
        within = 0 < self._target <= len(self._boundaries)
        return self._boundaries[self._target - 1] if within else self._blocks

    def _cross(self, done: int) -> None:
        """A boundary: evaluate the policies, write the checkpoints, begin the next part."""
        part, stack = self._part + 1, self._stack
        mark_members(self._setup, stack, self._curves, (part, done * self._settings.rows))
        stack.rewards.restart()
        for number, (member, curves) in enumerate(zip(stack.members, self._curves, strict=True)):
            state = {"part": part, "curves": curves.state()}
            save_checkpoint(self._job, self._setup.identity(member), stack, number, state)
        if done == self._last:
            self._part = part
            return
        self.close()
        self._enter(part, stack.members)

    def _sample(self, done: int) -> None:
        """The middle of a training that has no boundary.

        Simulators that are compiled would be so once more, which takes longer than they train.
        """
        if self._environment.chosen_backend not in ON_DEVICE:
            sample_members(self._setup, self._stack, self._curves, done * self._settings.rows)

    def _end(self) -> Iterator[MemberResult]:
        """The results: of the whole training, of a stop, or of a pause."""
        done = max(self._last, self._done)
        place = (self._simulation, done * self._settings.rows)
        if self._stop is not None or done == self._blocks:
            self.close()  # before evaluation makes as many of its own, and more
            yield from finished_members(self._setup, self._stack, self._curves, place, self._stop)
            return
        for member, curves in zip(self._stack.members, self._curves, strict=True):
            pause = Stop(kind="paused", part=self._part, sentence=curves.degenerate)
            yield member_result(member, curves, place[1], stopped=pause)

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
        fitness = own_reward(self._environment, "fitness", view, block.valid)
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
                valid, terminated = block.valid[:, part], block.terminated[:, part]
                curves.add_block(score.components, valid)
                curves.add_total(score.total, valid, terminated)
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
            checkpoint=self._part,
        )

    def _failure(self, number: int, text: str, done: int) -> MemberResult:
        member, curves = self._stack.members[number], self._curves[number]
        return member_result(member, curves, done * self._settings.rows, failure=text)

    def close(self) -> None:
        """End the simulators, once."""
        if self._open:
            self._open = False
            self._simulation.close()
