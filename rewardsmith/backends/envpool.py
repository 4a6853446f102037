"""EnvPool: many copies of one environment in C++, the default backend.

Actions are cast to the simulator's own type and clipped to its box: EnvPool neither casts safely
nor clips, and a simulator's own cost of control would otherwise count what MuJoCo cuts off.
Where an episode ends for good on the very step of its time limit, EnvPool tells only the limit.
"""

from __future__ import annotations

import ctypes
import re
import sys
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from rewardsmith.backends import ActionSpace, VectorStep
from rewardsmith.backends.skies import base_path_without_sky
from rewardsmith.backends.spaces import ObservationReader, action_space_of, numeric_entries
from rewardsmith.environments import Environment
from rewardsmith.errors import EnvironmentUnavailable, unknown_name
from rewardsmith.pulse import beat
from rewardsmith.signals import Array

NO_LIMIT = 1_000_000_000
"""EnvPool writes so large a limit where there is none."""
_HIDDEN = frozenset({"env_id", "players", "elapsed_step"})


class EnvpoolEnvironment:
    """Copies of an environment on EnvPool, one for each seed."""

    action_space: ActionSpace
    observation_space: Any
    """Gymnasium's own, before it is flattened."""

    def __init__(
        self,
        environment: Environment,
        seeds: Sequence[int],
        *,
        threads: int = 1,
        draws: bool = False,
    ) -> None:
        self._id = environment.backends["envpool"]
        options = dict(environment.task.options)
        if draws:
            options["render_mode"] = "rgb_array"
        self._pool: Any = _make(self._id, seeds, threads, options)
        if draws:
            _show_its_egl(self._pool, self._id)
        self.num_envs = len(seeds)
        self.action_space = action_space_of(self._pool.action_space, self._id)
        self.observation_space = self._pool.observation_space
        self._observations = ObservationReader(self.observation_space, self._id)
        self.observation_shape = self._observations.shape
        self._bounds = _bounds(self._pool, self.action_space)
        self._action_type = np.int32 if self._bounds is None else self._pool.action_space.dtype
        self._done = np.zeros(self.num_envs, dtype=np.bool_)
        limit = int(getattr(self._pool.spec.config, "max_episode_steps", 0))
        self.time_limit = limit if 0 < limit < NO_LIMIT else None

    def reset(self, indices: Array | None = None) -> Array:
        """Observations at the start of an episode, of all environments or those of `indices`."""
        beat()
        try:
            obs, _ = self._pool.reset(indices)
        except Exception as error:
            raise self._broken(error) from error
        self._done[... if indices is None else indices] = False
        return self._observations.read(obs)

    def step(self, actions: Array, indices: Array | None = None) -> VectorStep:
        """Step all environments, or those of `indices` only, which leaves the others untouched."""
        actions = np.asarray(actions, dtype=self._action_type)
        if self._bounds is not None:
            actions = np.minimum(np.maximum(actions, self._bounds[0]), self._bounds[1])
        beat()
        try:
            obs, reward, terminated, truncated, info = self._pool.step(actions, indices)
        except Exception as error:
            raise self._broken(error) from error
        done = terminated | truncated
        if indices is None:
            valid, self._done = ~self._done, done
        else:
            valid = ~self._done[indices]
            self._done[indices] = done
        return VectorStep(
            obs=self._observations.read(obs),
            simulator_reward=reward,
            terminated=terminated,
            truncated=truncated,
            valid=valid,
            info=numeric_entries(info, _HIDDEN),
        )

    def draw(self) -> Array:
        """The first environment as it looks now, (height, width, 3) of bytes.

        Only where it was made to draw; raises EnvironmentUnavailable where it cannot.
        """
        try:
            return np.asarray(self._pool.render())[0]
        except Exception as error:
            raise EnvironmentUnavailable(f"EnvPool's {self._id} draws nothing: {error}") from error

    def close(self) -> None:
        """End EnvPool's threads; the environment cannot be stepped any more."""
        self._pool = None

    def _broken(self, error: Exception) -> EnvironmentUnavailable:
        if self._pool is None:
            return EnvironmentUnavailable(f"EnvPool's {self._id} is closed")
        return EnvironmentUnavailable(f"EnvPool's {self._id} broke: {error}")


def _make(identifier: str, seeds: Sequence[int], threads: int, options: Mapping[str, Any]) -> Any:
    """The EnvPool object; seeds are taken modulo 2**31, which is what EnvPool can hold."""
    import envpool

    known = envpool.list_all_envs()
    if identifier not in known:
        raise EnvironmentUnavailable(unknown_name("EnvPool id", identifier, known))
    path = base_path_without_sky(identifier, options)
    if path is not None:
        with suppress(Exception):  # with EnvPool's own models it starts, or tells what is wrong
            return _pool(identifier, seeds, threads, {**options, "base_path": path})
    try:
        return _pool(identifier, seeds, threads, options)
    except Exception as error:
        raise EnvironmentUnavailable(f"EnvPool's {identifier} does not start: {error}") from error


def _pool(identifier: str, seeds: Sequence[int], threads: int, options: Mapping[str, Any]) -> Any:
    import envpool

    with warnings.catch_warnings():
        # Gymnasium tells that bounds lose precision as float32; ours are read from those.
        warnings.simplefilter("ignore")
        pool = envpool.make(
            identifier,
            env_type="gymnasium",
            num_envs=len(seeds),
            seed=[int(seed) % 2**31 for seed in seeds],
            num_threads=threads,
            **options,
        )
        _ = pool.observation_space, pool.action_space
    return pool


def _show_its_egl(pool: Any, identifier: str) -> None:
    """Let MuJoCo find the EGL library that EnvPool brought: it looks for one that all can see.

    Where it finds none it ends the process, so EnvironmentUnavailable is raised before that.
    """
    mujoco = any("mujoco" in base.__module__ for base in type(pool).__mro__)
    if not mujoco or sys.platform != "linux":
        return
    try:
        loaded = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace")
        found = set(re.findall(r"/\S*/libEGL[-.]\S*", loaded))
        library = min(found, key=lambda path: ("libEGL-" not in path, path))
        ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL)
    except (OSError, ValueError) as error:
        raise EnvironmentUnavailable(
            f"EnvPool's {identifier} draws nothing: it has brought no EGL library here"
        ) from error


def _bounds(pool: Any, space: ActionSpace) -> tuple[Array, Array] | None:
    """What actions are clipped to; None where they are discrete."""
    if space.discrete:
        return None
    low, high = (np.asarray(bound, pool.action_space.dtype) for bound in (space.low, space.high))
    return low.reshape(space.shape), high.reshape(space.shape)
