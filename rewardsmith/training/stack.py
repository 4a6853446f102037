"""The state of all members of a stack: everything that learning changes, in one container."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rewardsmith.records import TrainReward
from rewardsmith.signals import Array
from rewardsmith.training.networks import NetworkShape, Parameters, initialise
from rewardsmith.training.normalization import RewardScaler, RunningMoments
from rewardsmith.training.ppo import Adam
from rewardsmith.training.settings import PpoSettings

TRAINING_STREAM, WEIGHTS_STREAM, NOISE_STREAM, ORDER_STREAM, EVALUATION_STREAM = range(5)
"""What a member's seed is used for, each a stream of its own (and one of each for every part)."""


@dataclass(frozen=True, slots=True)
class Member:
    """One reward trained with one seed."""

    reward: TrainReward
    seed: int


def member_rng(seed: int, stream: int, part: int = 0) -> np.random.Generator:
    """A member's own generator for one purpose."""
    return np.random.default_rng([seed, stream, part])


@dataclass(slots=True)
class Stack:
    """Members that learn together; every array has them as its first axis."""

    members: list[Member]
    parameters: Parameters
    adam: Adam
    observations: RunningMoments
    rewards: RewardScaler
    noise: list[np.random.Generator]
    order: list[np.random.Generator]

    @classmethod
    def create(cls, members: list[Member], shape: NetworkShape, settings: PpoSettings) -> Stack:
        """Members before their first step."""
        parameters = Parameters(shape, len(members))
        for number, member in enumerate(members):
            initialise(parameters, number, member_rng(member.seed, WEIGHTS_STREAM))
        return cls(
            members=members,
            parameters=parameters,
            adam=Adam(parameters),
            observations=RunningMoments.empty(len(members), shape.inputs),
            rewards=RewardScaler.empty(len(members), settings.environments, settings.discount),
            noise=[member_rng(member.seed, NOISE_STREAM) for member in members],
            order=[member_rng(member.seed, ORDER_STREAM) for member in members],
        )

    def keep(self, members: Array) -> Stack:
        """Those members only, unchanged."""
        return Stack(
            members=[self.members[number] for number in members],
            parameters=self.parameters.keep(members),
            adam=self.adam.keep(members),
            observations=self.observations.keep(members),
            rewards=self.rewards.keep(members),
            noise=[self.noise[number] for number in members],
            order=[self.order[number] for number in members],
        )

    def arrays_of(self, number: int) -> dict[str, Array]:
        """What one member has learned, at a boundary: all but its generators' states."""
        arrays = {
            "adam_steps": self.adam.steps.numpy(),
            "obs_count": self.observations.count[number],
            "obs_mean": self.observations.mean[number],
            "obs_squares": self.observations.squares[number],
            "reward_count": self.rewards.moments.count[number],
            "reward_mean": self.rewards.moments.mean[number],
            "reward_squares": self.rewards.moments.squares[number],
        }
        for prefix, parameters in self._parameters().items():
            arrays |= {prefix + name: array[number] for name, array in parameters.arrays.items()}
        return arrays

    def restore(self, number: int, arrays: Mapping[str, Array]) -> None:
        """Make a member what it was when `arrays_of` gave these."""
        # All members of a stack have made the same number of steps.
        self.adam.steps.fill_(float(arrays["adam_steps"]))
        moments = {"obs": self.observations, "reward": self.rewards.moments}
        for name, target in moments.items():
            target.count[number] = arrays[f"{name}_count"]
            target.mean[number] = arrays[f"{name}_mean"]
            target.squares[number] = arrays[f"{name}_squares"]
        for prefix, parameters in self._parameters().items():
            for name, array in parameters.arrays.items():
                array[number] = arrays[prefix + name]

    def _parameters(self) -> dict[str, Parameters]:
        return {"": self.parameters, "first.": self.adam.first, "second.": self.adam.second}
