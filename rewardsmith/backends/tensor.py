"""Simulators on tensors behind our protocol: Isaac Gym, Isaac Lab, mjlab, ManiSkill.

They step all environments or none and mostly reset in the step.  Here what has ended is told with
its true last observation, and the next row only resets: it ignores its action, and where the
simulator had reset already, an episode begins one idle step later.  `reset(indices)` instead takes
what has ended up at once, without that step.  Rows are equal in distribution, not bit by bit: the
simulators have one seed for all environments.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from rewardsmith.backends import ActionSpace, VectorStep
from rewardsmith.backends.surfaces import SURFACES, Surface
from rewardsmith.environments import Environment, TensorSimulator
from rewardsmith.errors import BackendUnavailable, EnvironmentUnavailable, RewardsmithError
from rewardsmith.signals import Array


class TensorBackend:
    """All environments of one simulator, `len(seeds)` of them."""

    action_space: ActionSpace

    def __init__(self, environment: Environment, seeds: Sequence[int]) -> None:
        self._id = environment.backends[environment.chosen_backend]
        self._surface = _start(environment, seeds)
        self.num_envs = len(seeds)
        obs = self._surface.reset()
        if len(obs) != self.num_envs:
            raise EnvironmentUnavailable(
                f"{self._id} was made with {len(obs)} environments, {self.num_envs} were asked for"
            )
        self._device = obs.device
        self._held = obs
        self.observation_shape = tuple(obs.shape[1:])
        self.action_space = _box(self._surface.action_space, self._id)
        self.time_limit = self._surface.time_limit
        self._ended = np.zeros(self.num_envs, np.bool_)
        self._owed = np.zeros(self.num_envs, np.bool_)
        self._left = np.zeros(self.num_envs, np.bool_)

    def reset(self, indices: Array | None = None) -> Array:
        """Begin all episodes, or those of `indices`: most simulators can only where one ended."""
        with torch.no_grad(), _told(self._id):
            if indices is None:
                self._held = self._surface.reset()
                rows = np.arange(self.num_envs)
            else:
                rows = np.asarray(indices)
                begun = self._ended[rows] & ~self._owed[rows]
                if not begun.all():
                    asked = torch.as_tensor(rows[~begun], dtype=torch.long, device=self._device)
                    fresh = self._surface.reset_rows(asked)
                    self._held = self._held.clone()
                    self._held[asked] = fresh[asked]
        self._ended[rows] = self._owed[rows] = self._left[rows] = False
        return _numpy(self._held)[rows]

    def step(self, actions: Array, indices: Array | None = None) -> VectorStep:
        """Step all; rows of `indices` only, and then what is left out is left out for good."""
        rows = np.arange(self.num_envs) if indices is None else np.asarray(indices)
        if self._left[rows].any():
            raise EnvironmentUnavailable(
                f"{self._id} steps all environments or none: one that was left out cannot go on"
            )
        self._left[:] = True
        self._left[rows] = False
        taken = np.zeros((self.num_envs, *self.action_space.shape), np.float32)
        taken[rows] = actions
        taken[self._ended] = 0.0
        with torch.no_grad(), _told(self._id):
            return self._step(torch.from_numpy(taken).to(self._device), rows)

    def _step(self, actions: torch.Tensor, rows: Array) -> VectorStep:
        surface, valid = self._surface, ~self._ended
        owed = np.flatnonzero(self._owed)
        surface.recorder.begin(owed.tolist())
        stepped = surface.step(actions)
        seen, last = surface.recorder.finish(surface.simulator, stepped.obs)
        paid = torch.as_tensor(owed, dtype=torch.long, device=self._device)
        stepped = surface.pay(paid, stepped)
        self._held = stepped.obs
        last[paid] = stepped.obs[paid]
        terminated, truncated = _numpy(stepped.terminated), _numpy(stepped.truncated)
        self._ended = terminated | truncated
        self._owed = surface.owes(self._ended)
        return VectorStep(
            obs=_numpy(last).astype(np.float32, copy=False)[rows],
            simulator_reward=_numpy(stepped.reward).astype(np.float64)[rows],
            terminated=(terminated & valid)[rows],
            truncated=(truncated & ~terminated & valid)[rows],
            valid=valid[rows],
            info={name: _numpy(value)[rows] for name, value in seen.values.items()},
        )

    @property
    def count(self) -> Array | None:
        """Steps of the running episodes as the simulator counts them to its limit, if it does."""
        counted = self._surface.count
        return None if counted is None else _numpy(counted).astype(np.int64)

    def count_from(self, steps: Array) -> Array:
        """Let the simulator count on from `steps`, (environments,), to its own limit.

        All observations, computed anew where the simulator can: they may tell the count.
        """
        with torch.no_grad(), _told(self._id):
            counted = self._surface.count
            self._surface.count_from(torch.from_numpy(steps).to(counted))
            present = self._surface.present()
            self._held = self._held if present is None else present.detach().clone()
        return _numpy(self._held)

    def close(self) -> None:
        """Close the simulator, where it can be closed."""
        close = getattr(self._surface.simulator, "close", None)
        if callable(close):
            close()


class _told:  # noqa: N801  used like a function
    """Turns whatever a simulator raises into EnvironmentUnavailable with its name."""

    def __init__(self, identifier: str) -> None:
        self._id = identifier

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, RewardsmithError):
            raise EnvironmentUnavailable(
                f"{self._id} broke: {type(error).__name__}: {error}"
            ) from error


def _start(environment: Environment, seeds: Sequence[int]) -> Surface:
    backend = environment.chosen_backend
    described = environment.simulator
    if not isinstance(described, TensorSimulator):
        raise EnvironmentUnavailable(
            f"environment {environment.name!r} names backend {backend!r} and does not say how its "
            "simulator is made: give it simulator=TensorSimulator(make=...)"
        )
    identifier = environment.backends[backend]
    arguments: dict[str, Any] = {"num_envs": len(seeds), "seed": int(seeds[0]) % 2**31}
    try:
        return SURFACES[backend](
            described, {"identifier": identifier, **arguments, **environment.task.options}
        )
    except ImportError as error:
        raise BackendUnavailable(f"{identifier} of {backend} needs a package: {error}") from error
    except RewardsmithError:
        raise
    except Exception as error:
        raise EnvironmentUnavailable(
            f"{identifier} of {backend} does not start: {type(error).__name__}: {error}"
        ) from error


def _box(space: Any, identifier: str) -> ActionSpace:
    """The box of one environment's actions; ±inf where the simulator states no bounds."""
    shape = getattr(space, "shape", None)
    if not shape or not hasattr(space, "low"):
        raise EnvironmentUnavailable(
            f"{identifier} takes actions of {space}; only a box of floats can be trained"
        )
    low, high = (np.broadcast_to(np.asarray(b, float), shape) for b in (space.low, space.high))
    return ActionSpace(
        shape=tuple(int(size) for size in shape),
        low=tuple(low.ravel().tolist()),
        high=tuple(high.ravel().tolist()),
    )


def _numpy(values: torch.Tensor) -> Array:
    return values.detach().cpu().numpy()
