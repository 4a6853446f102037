"""The environments of a stack on a device, stepped in blocks that stay there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from rewardsmith.backends.device import DeviceEnvironment, DeviceStep, to_jax
from rewardsmith.environments import Environment
from rewardsmith.errors import UsageError
from rewardsmith.signals import Array, Transitions
from rewardsmith.training.device.arrays import DeviceArray
from rewardsmith.training.simulation import Actions


@dataclass(frozen=True, slots=True)
class DeviceBlock:
    """Transitions in time's order, tensors (steps, environments, ...); as `Block`."""

    obs: torch.Tensor
    """One more step than the others."""
    action: torch.Tensor
    terminated: torch.Tensor
    truncated: torch.Tensor
    valid: torch.Tensor
    episode_step: torch.Tensor
    simulator_reward: torch.Tensor
    info: dict[str, torch.Tensor]

    def transitions(self) -> Transitions:
        """The block as a signal reads it, on the device."""

        def shown(tensor: torch.Tensor) -> Any:
            return DeviceArray(to_jax(tensor))

        return Transitions(
            obs=shown(self.obs[:-1]),
            next_obs=shown(self.obs[1:]),
            action=shown(self.action),
            terminated=shown(self.terminated),
            truncated=shown(self.truncated),
            episode_step=shown(self.episode_step),
            simulator_reward=shown(self.simulator_reward),
            info={name: shown(values) for name, values in self.info.items()},
        )


class DeviceSimulation:
    """All environments of a stack, member after member, on one device."""

    def __init__(self, environment: Environment, seeds: Sequence[int], device: str) -> None:
        self._environment = DeviceEnvironment(environment, seeds, device=device)
        self.actions = Actions(self._environment.action_space)
        if self.actions.space.discrete:
            raise UsageError("only a box of actions can be trained on a device: --set device=host")
        self.observation_shape = self._environment.observation_shape
        self.inputs = int(np.prod(self.observation_shape))
        """Numbers in one observation."""
        self.time_limit = self._environment.time_limit
        self._device = torch.device(device)
        self._box = [
            torch.as_tensor(np.asarray(part, np.float32), device=self._device)
            for part in (
                self.actions.middle,
                self.actions.half,
                np.asarray(self.actions.space.low),
                np.asarray(self.actions.space.high),
            )
        ]
        self.obs = self._environment.reset()
        self._rows: torch.Tensor | None = None
        self._age = torch.zeros(len(seeds), dtype=torch.int64, device=self._device)

    def run(self, steps: int, act: Callable[[int], torch.Tensor]) -> DeviceBlock:
        """Step all environments; `act` gives the actions of each step in half-widths."""
        obs, taken, ages = [self.obs], list[torch.Tensor](), list[torch.Tensor]()
        results: list[DeviceStep] = []
        for step in range(steps):
            actions = self._to_simulator(act(step))
            result = self._step(actions)
            taken.append(actions)
            ages.append(torch.where(result.valid, self._age, 0))
            goes_on = result.valid & ~(result.terminated | result.truncated)
            self._age = torch.where(goes_on, self._age + 1, 0)
            self.obs = result.obs
            obs.append(result.obs)
            results.append(result)
        return DeviceBlock(
            obs=torch.stack(obs),
            action=torch.stack(taken),
            terminated=torch.stack([result.terminated for result in results]),
            truncated=torch.stack([result.truncated for result in results]),
            valid=torch.stack([result.valid for result in results]),
            episode_step=torch.stack(ages),
            simulator_reward=torch.stack([result.simulator_reward for result in results]),
            info={
                name: torch.stack([result.info[name] for result in results])
                for name in results[0].info
            },
        )

    def _to_simulator(self, chosen: torch.Tensor) -> torch.Tensor:
        middle, half, low, high = self._box
        wanted = torch.minimum(torch.maximum(middle + half * chosen, low), high)
        return wanted.reshape(-1, *self.actions.space.shape)

    def _step(self, actions: torch.Tensor) -> DeviceStep:
        """One step of the environments that are left; the others do nothing, and cost the same."""
        rows = self._rows
        if rows is None:
            return self._environment.step(actions)
        shape = (self._environment.num_envs, *self.actions.space.shape)
        everyone = torch.zeros(shape, device=self._device)
        everyone[rows] = actions
        step = self._environment.step(everyone)
        return DeviceStep(
            obs=step.obs[rows],
            simulator_reward=step.simulator_reward[rows],
            terminated=step.terminated[rows],
            truncated=step.truncated[rows],
            valid=step.valid[rows],
            info={name: value[rows] for name, value in step.info.items()},
        )

    def keep(self, columns: Array) -> None:
        """Tell only of those environments from now on: what is compiled has its size."""
        chosen = torch.from_numpy(columns).to(self._device)
        self._rows = chosen if self._rows is None else self._rows[chosen]
        self.obs, self._age = self.obs[chosen], self._age[chosen]

    def close(self) -> None:
        """End the simulators."""
        self._environment.close()
