"""A stack that is trained on a device, from boundary to boundary as on the host."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from rewardsmith.backends.device import gpu_at_hand, to_torch
from rewardsmith.errors import EnvironmentUnavailable
from rewardsmith.gpus import take_gpu
from rewardsmith.records import MemberResult
from rewardsmith.signals import Array, SignalView
from rewardsmith.training.device.episodes import EpisodeSums
from rewardsmith.training.device.learner import Learner, draw_orders
from rewardsmith.training.device.outbox import Outbox
from rewardsmith.training.device.reading import DeviceReader, DeviceView, on_host
from rewardsmith.training.device.simulation import DeviceBlock, DeviceSimulation
from rewardsmith.training.own_rewards import own_reward
from rewardsmith.training.rollout import draw_noise
from rewardsmith.training.scoring import Scored
from rewardsmith.training.setup import Group, Setup
from rewardsmith.training.training import Training

_VALID, _TERMINATED, _ENDED = "row.valid", "row.terminated", "row.ended"
"""What leaves the device beside signals; no signal has such a name."""


@dataclass(frozen=True, slots=True)
class _Rollout:
    """One block with what the policies put out, tensors by member on the device."""

    block: DeviceBlock
    inputs: torch.Tensor
    """(members, steps + 1, environments, inputs)"""
    outputs: torch.Tensor
    """(members, steps, environments, outputs)"""
    chosen: torch.Tensor


@dataclass(frozen=True, slots=True)
class _Told:
    """What the host knows of a block: rewards or why there are none, fitness, and flags."""

    scores: list[Scored | str]
    fitness: Array
    valid: Array
    terminated: Array
    ended: Array


class DeviceTraining(Training):
    """Members in simulators on one device; what they learned is on the host at boundaries only."""

    _simulation: DeviceSimulation  # pyright: ignore[reportIncompatibleVariableOverride]  told alike

    def __init__(self, setup: Setup, group: Group, device: str) -> None:
        self._place = torch.device(device)
        self._outbox = Outbox(self._place)
        self._hosted = False
        super().__init__(setup, group)

    def _simulate(self, seeds: Sequence[int]) -> None:
        self._simulation = DeviceSimulation(self._environment, seeds, str(self._place))
        self._reader = self._environment.reader()
        self._device_reader = DeviceReader(self._environment.signals)
        self._sums = EpisodeSums(len(seeds), self._environment.task.reduce)

    def _resize(self) -> None:
        self._learner = Learner(self._stack, self._settings, self._place)

    def _cross(self, done: int) -> None:
        self._learner.store(self._stack)
        super()._cross(done)

    def _end(self) -> Iterator[MemberResult]:
        self._learner.store(self._stack)
        yield from super()._end()

    def _block(self, done: int) -> Iterator[MemberResult]:
        rollout = self._roll()
        view = self._send(rollout.block)
        # The device goes on with these while the rewards are computed elsewhere.
        asked = self._values(rollout.inputs), self._logarithms(rollout)
        told = self._told(view, rollout.block)
        failed = [n for n, score in enumerate(told.scores) if isinstance(score, str)]
        kept = np.array([n for n in range(len(told.scores)) if n not in failed], np.int64)
        self._remember(told)
        for number in failed:
            yield self._failure(number, str(told.scores[number]), done)
        if not len(kept):
            self._shrink(kept)
            return
        batch = self._batch(rollout, *asked, self._scaled(told, kept))
        if failed:
            self._shrink(kept)
        chosen = torch.from_numpy(kept).to(self._place)
        self._learn(batch[chosen], rollout.block, chosen, done)
        yield from self._drop_diverged(done)

    # ------------------------------------------------------------ the rollout

    def _roll(self) -> _Rollout:
        steps, width = self._settings.rollout, self._settings.environments
        learner, members = self._learner, len(self._stack.members)
        shape = (steps, width, learner.shape.outputs)
        noise = torch.from_numpy(draw_noise(learner.shape, self._stack.noise, shape))
        noise = noise.to(self._place)
        inputs, outputs, chosen = (list[torch.Tensor]() for _ in range(3))
        seen = learner.seen()

        def look() -> torch.Tensor:
            obs = self._simulation.obs.reshape(members, width, learner.shape.inputs)
            inputs.append(learner.normalised(obs, seen))
            return inputs[-1]

        def act(step: int) -> torch.Tensor:
            outputs.append(learner.outputs(look(), actor=True))
            chosen.append(learner.choose(outputs[-1], noise[:, step]))
            return chosen[-1].reshape(members * width, -1)

        block = self._simulation.run(steps, act)
        look()
        return _Rollout(block, *(torch.stack(part, dim=1) for part in (inputs, outputs, chosen)))

    def _values(self, inputs: torch.Tensor) -> torch.Tensor:
        members, steps, width, size = inputs.shape
        values = self._learner.outputs(inputs.reshape(members, steps * width, size), actor=False)
        return values.reshape(members, steps, width)

    def _logarithms(self, rollout: _Rollout) -> torch.Tensor:
        outputs, chosen = (part.flatten(1, 2) for part in (rollout.outputs, rollout.chosen))
        return self._learner.logarithms(outputs, chosen)

    # ------------------------------------------------------------ rewards

    def _send(self, block: DeviceBlock) -> DeviceView | None:
        """Compute the signals that candidates name and let them leave; None where JAX cannot."""
        flags = {_VALID: block.valid, _TERMINATED: block.terminated}
        flags[_ENDED] = block.terminated | block.truncated
        if self._hosted:
            self._outbox.send(flags)
            return None
        view = self._device_reader.view(block.transitions())
        named = self._scorer.names(member.reward.id for member in self._stack.members)
        self._outbox.send(flags | {name: to_torch(view.device(name).array) for name in named})
        self._device_reader.advance(view)
        return view

    def _told(self, view: DeviceView | None, block: DeviceBlock) -> _Told:
        arrived = self._outbox.receive()
        valid, terminated, ended = (arrived.pop(n) for n in (_VALID, _TERMINATED, _ENDED))
        if view is not None:
            view.fetched(arrived)
            try:
                return _Told(*self._scored(view, valid), valid, terminated, ended)
            except EnvironmentUnavailable:
                # A reward of the task's own that JAX cannot compute: from now on all is the host's,
                # which says what is wrong if anything is.
                self._hosted = True
        told = self._reader.view(on_host(block.transitions()))
        scores = self._scored(told, valid)
        self._reader.advance(told)
        return _Told(*scores, valid, terminated, ended)

    def _scored(self, view: SignalView, valid: Array) -> tuple[list[Scored | str], Array]:
        """Every member's rewards, and the fitness of every row."""
        width = self._settings.environments
        members = [
            (member.reward.id, slice(n * width, (n + 1) * width))
            for n, member in enumerate(self._stack.members)
        ]
        fitness = own_reward(self._environment, "fitness", view, valid)
        return self._scorer.score(members, view, valid), fitness

    def _remember(self, told: _Told) -> None:
        """The curves take in a block."""
        width = self._settings.environments
        nothing = np.zeros((len(told.valid), width))
        totals = [nothing if isinstance(score, str) else score.total for score in told.scores]
        steps = (told.fitness, np.concatenate(totals, axis=1), told.valid, told.ended)
        for column, episode in self._sums.add(*steps):
            self._curves[column // width].add_episode(episode)
        for number, (score, curves) in enumerate(zip(told.scores, self._curves, strict=True)):
            if not isinstance(score, str):
                part = slice(number * width, (number + 1) * width)
                curves.add_block(score.components, told.valid[:, part])
                curves.add_total(score.total, told.valid[:, part], told.terminated[:, part])

    def _scaled(self, told: _Told, kept: Array) -> torch.Tensor:
        """The rewards as they are learned from; 0 for a member that has none."""
        scaler = self._stack.rewards.keep(kept)
        ended, valid = (self._by_member(part)[kept] for part in (told.ended, told.valid))
        totals = np.stack([score.total for score in told.scores if not isinstance(score, str)])
        scaled = np.zeros((len(told.scores), *totals.shape[1:]), np.float32)
        scaled[kept] = scaler.scale(totals, ended, valid)
        moments = self._stack.rewards.moments
        for mine, theirs in (
            (moments.count, scaler.moments.count),
            (moments.mean, scaler.moments.mean),
            (moments.squares, scaler.moments.squares),
            (self._stack.rewards.returns, scaler.returns),
        ):
            mine[kept] = theirs
        return torch.from_numpy(scaled).to(self._place, non_blocking=True)

    # ------------------------------------------------------------ learning

    def _batch(
        self,
        rollout: _Rollout,
        values: torch.Tensor,
        logarithms: torch.Tensor,
        rewards: torch.Tensor,
    ) -> torch.Tensor:
        """What the update learns from, (members, rows, columns), as `Learner.update` takes it."""
        block = rollout.block
        ended = block.terminated | block.truncated
        flags = (self._members_first(block.terminated), self._members_first(ended))
        estimates = self._learner.advantages(rewards, values, flags)
        returns = estimates + values[:, :-1]
        valid = self._members_first(block.valid).float()
        scalars = (logarithms, *(part.flatten(1) for part in (estimates, returns, valid)))
        columns = [rollout.inputs[:, :-1].flatten(1, 2), rollout.chosen.flatten(1, 2)]
        return torch.cat([*columns, *(scalar[..., None] for scalar in scalars)], dim=-1)

    def _learn(  # pyright: ignore[reportIncompatibleMethodOverride]  of a batch that is made already
        self, batch: torch.Tensor, block: DeviceBlock, kept: torch.Tensor, done: int
    ) -> None:
        settings = self._settings
        gone = settings.learning_rate_decay * (done - 1) / self._blocks
        orders = draw_orders(self._stack.order, settings.rows, settings.epochs)
        self._learner.update(batch, orders, settings.learning_rate * (1.0 - gone))
        obs = self._members_first(block.obs[:-1].flatten(2))[kept].flatten(1, 2)
        self._learner.observe(obs, self._members_first(block.valid)[kept].flatten(1))

    def _members_first(self, tensor: torch.Tensor) -> torch.Tensor:
        """(members, steps, environments, ...) from (steps, members x environments, ...)."""
        width = self._settings.environments
        return tensor.unflatten(1, (-1, width)).transpose(0, 1)

    def _drop_diverged(self, done: int) -> Iterator[MemberResult]:
        sound = self._learner.finite().cpu().numpy()
        if not sound.all():
            self._learner.store(self._stack)
            yield from super()._drop_diverged(done)

    def _shrink(self, kept: Array) -> Array:
        self._learner.store(self._stack)
        width = self._settings.environments
        columns = (kept[:, None] * width + np.arange(width)).ravel()
        self._stack = self._stack.keep(kept)
        self._simulation.keep(columns)
        self._reader.keep(columns)
        self._device_reader.keep(columns)
        self._sums = self._sums.keep(columns)
        self._curves = [self._curves[number] for number in kept]
        if len(kept):
            self._resize()
        return columns


def device_of(asked: str, worker: int) -> str | None:
    """The device that members of a worker are trained on; None: the host, with NumPy."""
    if asked == "cpu":
        return "cpu"
    take_gpu(worker)
    return None if asked == "auto" and not gpu_at_hand() else "cuda"
