"""The state of all members of a stack: everything that learning changes, in one container."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rewardsmith.records import TrainReward
from rewardsmith.signals import Array
from rewardsmith.training.networks import NetworkShape, Parameters, initialise
from rewardsmith.training.normalization import RewardScaler, RunningMoments
from rewardsmith.training.ppo import Adam
from rewardsmith.training.settings import PpoSettings

TRAINING_STREAM, WEIGHTS_STREAM, NOISE_STREAM, ORDER_STREAM, EVALUATION_STREAM = range(5)
"""What a member's seed is used for, each a stream of its own."""


@dataclass(frozen=True, slots=True)
class Member:
    """One reward trained with one seed."""

    reward: TrainReward
    seed: int


def member_rng(seed: int, stream: int) -> np.random.Generator:
    """A member's own generator for one purpose."""
    return np.random.default_rng([seed, stream])


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
