"""Backends: what executes an environment, behind one protocol of NumPy arrays.

Every backend resets in the *next* step: the observation at an episode's end is its true last
one, and the row after it ignores its action and returns the reset observation.  Such a row is
meaningless and `VectorStep.valid` is False there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from rewardsmith.environments import Environment
from rewardsmith.errors import BackendUnavailable, unknown_name
from rewardsmith.signals import Array


@dataclass(frozen=True, slots=True)
class ActionSpace:
    """Discrete with `count` actions, or a box of `shape` between `low` and `high`."""

    count: int | None = None
    shape: tuple[int, ...] = ()
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()

    @property
    def discrete(self) -> bool:
        """Whether actions are integers below `count`."""
        return self.count is not None


@dataclass(frozen=True, slots=True)
class VectorStep:
    """One step of all environments, arrays (environments, ...)."""

    obs: Array
    """float32 (environments, *observation shape)."""
    simulator_reward: Array
    terminated: Array
    truncated: Array
    valid: Array
    """False on the row that only reset its environment."""
    info: Mapping[str, Array]
    """Numeric entries only, (environments,) or (environments, ...)."""


ON_DEVICE = ("mjx", "playground")
"""Backends whose tensors a trainer can take on the device that computes them."""


class VectorEnvironment(Protocol):
    """Many copies of one environment, stepped together."""

    num_envs: int
    observation_shape: tuple[int, ...]
    action_space: ActionSpace
    time_limit: int | None
    """Steps after which an episode is truncated; None where there is no limit."""

    def reset(self, indices: Array | None = None) -> Array:
        """Begin an episode in all environments, or in those of `indices` only (sorted).

        Their observations, (rows, *observation shape), float32; the others stand still.
        """
        ...

    def step(self, actions: Array, indices: Array | None = None) -> VectorStep:
        """Step all environments, or those of `indices` only (sorted); rows in that order."""
        ...

    def close(self) -> None:
        """Give threads and memory back."""
        ...


def make_backend(
    environment: Environment, seeds: Sequence[int], *, threads: int = 1
) -> VectorEnvironment:
    """One vectorised simulator with a seed for each environment.

    Raises BackendUnavailable for a missing package, EnvironmentUnavailable with the simulator's
    own message where it does not start.
    """
    name = environment.chosen_backend
    if name not in BACKENDS:
        raise BackendUnavailable(unknown_name("backend", name, BACKENDS))
    return BACKENDS[name](environment, seeds, threads)


def _envpool(environment: Environment, seeds: Sequence[int], threads: int) -> VectorEnvironment:
    from rewardsmith.backends.envpool import EnvpoolEnvironment

    return EnvpoolEnvironment(environment, seeds, threads=threads)


def _gymnasium(environment: Environment, seeds: Sequence[int], threads: int) -> VectorEnvironment:
    from rewardsmith.backends.gymnasium import GymnasiumEnvironment

    del threads
    return GymnasiumEnvironment(environment, seeds)


def _tensor(environment: Environment, seeds: Sequence[int], threads: int) -> VectorEnvironment:
    from rewardsmith.backends.tensor import TensorBackend

    del threads
    return TensorBackend(environment, seeds)


def _jax(environment: Environment, seeds: Sequence[int], threads: int) -> VectorEnvironment:
    from rewardsmith.backends.jax_environment import JaxEnvironment

    del threads
    return JaxEnvironment(environment, seeds)


BACKENDS: dict[str, Callable[[Environment, Sequence[int], int], Any]] = {
    "envpool": _envpool,
    "gymnasium": _gymnasium,
    "isaacgym": _tensor,
    "isaaclab": _tensor,
    "mjlab": _tensor,
    "maniskill": _tensor,
    "mjx": _jax,
    "playground": _jax,
}
