"""A batch of worlds as torch tensors on the device that computes them, handed over without a copy.

All environments step at once and what has ended begins anew in the next step; nothing waits for the
host.  An environment's numbers may depend, in their last bits, on how many others there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from rewardsmith.backends import ON_DEVICE, ActionSpace
from rewardsmith.backends.jax_environment import compiled
from rewardsmith.backends.worlds import Carry, batch_seeds, jax_module
from rewardsmith.environments import Environment
from rewardsmith.errors import BackendUnavailable, EnvironmentUnavailable
from rewardsmith.pulse import beat


@dataclass(frozen=True, slots=True)
class DeviceStep:
    """One step of all environments, tensors (environments, ...); as `VectorStep`."""

    obs: torch.Tensor
    simulator_reward: torch.Tensor
    terminated: torch.Tensor
    truncated: torch.Tensor
    valid: torch.Tensor
    info: Mapping[str, torch.Tensor]


class DeviceEnvironment:
    """Copies of a world, one for each seed, on one device."""

    action_space: ActionSpace

    def __init__(self, environment: Environment, seeds: Sequence[int], *, device: str) -> None:
        backend = environment.chosen_backend
        if backend not in ON_DEVICE:
            raise BackendUnavailable(
                f"backend {backend} cannot train on a device; {' and '.join(ON_DEVICE)} can"
            )
        self._place = place_of(device)
        with jax_module().default_device(self._place):
            self._world, self._program = compiled(environment)
        self.num_envs = len(seeds)
        self._seeds = batch_seeds(seeds)
        self.action_space = self._world.action_space
        self.observation_shape = self._world.observation_shape
        self.time_limit: int | None = self._world.time_limit
        self._carry: Carry | None = None

    def reset(self) -> torch.Tensor:
        """Begin an episode in every environment; observations, (environments, ...)."""
        beat()
        try:
            seeds = jax_module().device_put(self._seeds, self._place)
            self._carry = self._program.create(seeds)
        except Exception as error:
            raise self._broken(error) from error
        return to_torch(self._carry.moment.obs)

    def step(self, actions: torch.Tensor) -> DeviceStep:
        """Step all environments; actions, (environments, dimensions), on the device."""
        if self._carry is None:
            raise EnvironmentUnavailable(f"{self._world.identifier} is stepped before its reset")
        beat()
        try:
            self._carry, shown = self._program.run(self._carry, to_jax(actions))
        except Exception as error:
            raise self._broken(error) from error
        return DeviceStep(
            obs=to_torch(shown.obs),
            simulator_reward=to_torch(shown.reward),
            terminated=to_torch(shown.terminated),
            truncated=to_torch(shown.truncated),
            valid=to_torch(shown.valid),
            info={name: to_torch(value) for name, value in shown.info.items()},
        )

    def close(self) -> None:
        """Let go of the environments' states."""
        self._carry = None

    def _broken(self, error: Exception) -> EnvironmentUnavailable:
        return EnvironmentUnavailable(
            f"{self._world.identifier} broke: {type(error).__name__}: {error}"
        )


def gpu_at_hand() -> bool:
    """Whether both JAX and torch see a GPU."""
    return jax_module().devices()[0].platform == "gpu" and torch.cuda.is_available()


def place_of(device: str) -> Any:
    """JAX's name of a torch device, `cpu` or `cuda[:N]`; BackendUnavailable where it has none."""
    kind, _, number = device.partition(":")
    platform = {"cpu": "cpu", "cuda": "gpu"}.get(kind, kind)
    try:
        return jax_module().devices(platform)[int(number or 0)]
    except (RuntimeError, IndexError, ValueError) as error:
        raise BackendUnavailable(
            f"JAX finds no device {device}; install jax[cuda12] where there is a GPU, "
            "or train with --set device=cpu"
        ) from error


def to_torch(array: Any) -> torch.Tensor:
    """A JAX array as a torch tensor of the same memory."""
    return torch.from_dlpack(array)


def to_jax(tensor: torch.Tensor) -> Any:
    """A torch tensor as a JAX array of the same memory."""
    return jax_module().dlpack.from_dlpack(tensor.contiguous())
