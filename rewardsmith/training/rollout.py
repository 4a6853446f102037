"""Rollouts: a stack acts in its environments for one block and remembers what it did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rewardsmith.signals import Array
from rewardsmith.training.networks import Column, NetworkShape, Parameters
from rewardsmith.training.normalization import RunningMoments, normalise, observation_scale
from rewardsmith.training.ppo import categorical_logarithms, gaussian_logarithms
from rewardsmith.training.settings import PpoSettings
from rewardsmith.training.simulation import Block, Simulation
from rewardsmith.training.stack import Stack


@dataclass(frozen=True, slots=True)
class Rollout:
    """One block with what the policies put out, by member; float32."""

    block: Block
    inputs: Array
    """Normalised observations, (members, steps + 1, environments, inputs)."""
    outputs: Array
    """(members, steps, environments, outputs)"""
    chosen: Array
    """Actions before clipping, or one-hot, (members, steps, environments, outputs)."""

    def keep(self, members: Array, columns: Array) -> Rollout:
        """Those members only; `columns` are their environments."""
        parts = (part[members] for part in (self.inputs, self.outputs, self.chosen))
        return Rollout(self.block.keep(columns), *parts)


class Explorer:
    """Acts for a stack of one size, and keeps the buffers for it."""

    def __init__(self, stack: Stack, settings: PpoSettings) -> None:
        shape, members = stack.parameters.shape, len(stack.members)
        steps, environments = settings.rollout, settings.environments
        self._settings = settings
        self._actor = Column(shape, members, environments, actor=True)
        self._critic = Column(shape, members, (steps + 1) * environments, actor=False)
        self._inputs = np.zeros((members, steps + 1, environments, shape.inputs), np.float32)
        self._outputs = np.zeros((members, steps, environments, shape.outputs), np.float32)
        self._chosen = np.zeros_like(self._outputs)

    def run(self, stack: Stack, simulation: Simulation) -> Rollout:
        """Step the environments for one block, exploring.

        Observations are normalised by the blocks before; in the first by those seen so far.
        """
        noise = draw_noise(stack.parameters.shape, stack.noise, self._outputs.shape[1:])
        members, _, environments, inputs = self._inputs.shape
        clip = self._settings.observation_clip
        first = not stack.observations.count.any()
        seen = RunningMoments.empty(members, inputs) if first else stack.observations
        scale = observation_scale(seen)

        def look(step: int) -> None:
            nonlocal scale
            obs = simulation.obs.reshape(members, environments, inputs)
            if first:
                seen.add_to_all(obs)
                scale = observation_scale(seen)
            mean, inverse = (part[:, None] for part in scale)
            normalise(obs, mean, inverse, clip, self._actor.inputs)
            self._inputs[:, step] = self._actor.inputs

        def act(step: int) -> Array:
            look(step)
            self._outputs[:, step] = self._actor(stack.parameters)
            chosen = choose(stack.parameters, self._outputs[:, step], noise[:, step])
            self._chosen[:, step] = chosen
            return simulation.actions.to_simulator(chosen.reshape(-1, chosen.shape[-1]))

        block = simulation.run(self._settings.rollout, act)
        look(self._settings.rollout)
        return Rollout(block, self._inputs, self._outputs, self._chosen)

    def values(self, parameters: Parameters) -> Array:
        """The critic on every observation, (members, steps + 1, environments)."""
        np.copyto(self._critic.inputs, self._inputs.reshape(self._critic.inputs.shape))
        return self._critic(parameters).reshape(self._inputs.shape[:3])


def draw_noise(
    network: NetworkShape, rngs: list[np.random.Generator], shape: tuple[int, ...]
) -> Array:
    """What makes actions random, (members, *shape): normal, or Gumbel where discrete."""
    if network.gaussian:
        return np.stack([rng.standard_normal(shape, np.float32) for rng in rngs])
    uniform = np.stack([rng.random(shape, np.float32) for rng in rngs])
    tiny = np.finfo(np.float32).tiny
    return -np.log(-np.log(np.maximum(uniform, tiny)) + tiny)


def choose(parameters: Parameters, outputs: Array, noise: Array | None) -> Array:
    """Actions in half-widths, or one-hot, of the outputs' shape, (members, rows, outputs).

    Without noise the most probable action.
    """
    if parameters.shape.gaussian:
        if noise is None:
            return outputs
        deviation = np.exp(parameters.arrays["log_deviation"]).swapaxes(1, 2)
        return outputs + deviation * noise
    best = (outputs if noise is None else outputs + noise).argmax(axis=-1)
    return (best[..., None] == np.arange(outputs.shape[-1])).astype(np.float32)


def logarithms(parameters: Parameters, rollout: Rollout) -> Array:
    """Log-probabilities of the actions taken, (members, steps x environments)."""
    members, outputs = len(rollout.outputs), rollout.outputs.shape[-1]
    put_out = rollout.outputs.reshape(members, -1, outputs).swapaxes(1, 2)
    chosen = rollout.chosen.reshape(members, -1, outputs).swapaxes(1, 2)
    if not parameters.shape.gaussian:
        return (categorical_logarithms(put_out) * chosen).sum(axis=1)
    log_deviation = parameters.arrays["log_deviation"]
    squared = np.square((chosen - put_out) * np.exp(-log_deviation))
    return gaussian_logarithms(squared, log_deviation)
