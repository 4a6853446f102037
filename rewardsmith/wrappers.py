"""Gymnasium environments that pay a saved reward.  Put them innermost, around the simulator.

The simulator's own reward goes to `info["simulator_reward"]`, the components of the saved one to
`info["reward_components"]`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv, VectorWrapper

from rewardsmith.backends.spaces import ObservationReader
from rewardsmith.environments import Environment
from rewardsmith.errors import UsageError
from rewardsmith.reward import Reward
from rewardsmith.signals import Array
from rewardsmith.stepper import (
    InfoColumns,
    RewardStepper,
    Step,
    action_column,
    as_environment,
    as_reward,
    require_spaces,
)


class RewardWrapper(gymnasium.Wrapper[Any, Any, Any, Any]):
    """One environment that pays the reward; `scale` divides it as it was in training."""

    def __init__(
        self,
        env: gymnasium.Env[Any, Any],
        reward: Reward | str | Path,
        environment: Environment | str,
        *,
        scale: bool = False,
    ) -> None:
        super().__init__(env)
        self._reader = ObservationReader(env.observation_space, str(env))
        known = as_environment(environment)
        require_spaces(known, self._reader.shape, env.action_space, str(env))
        self._stepper = RewardStepper(known, as_reward(reward), 1, scale=scale)
        self._columns = InfoColumns(1)
        self._obs: Array | None = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Begin an episode."""
        obs, info = self.env.reset(seed=seed, options=options)
        self._stepper.reset()
        self._obs = self._reader.stack([obs])
        return obs, info

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """One step; the reward is the saved one's."""
        if self._obs is None:
            raise UsageError("reset() must be called before step()")
        obs, simulator_reward, terminated, truncated, info = self.env.step(action)
        seen = self._reader.stack([obs])
        total, components = self._stepper.step(
            Step(
                obs=self._obs,
                action=action_column(self.env.action_space, action)[None],
                next_obs=seen,
                terminated=np.array([terminated], dtype=np.bool_),
                truncated=np.array([truncated], dtype=np.bool_),
                simulator_reward=np.array([simulator_reward], dtype=np.float64),
                info=self._columns.from_rows([info]),
                valid=np.ones(1, dtype=np.bool_),
            )
        )
        self._obs = seen
        told = {name: float(values[0]) for name, values in components.items()}
        own = {"reward_components": told, "simulator_reward": float(simulator_reward)}
        return obs, float(total[0]), terminated, truncated, {**info, **own}


class VectorRewardWrapper(VectorWrapper[Any, Any, Any, Any, Any]):
    """A vector environment that pays the reward, whichever way it resets.

    Next-step reset: the row that only resets pays 0.  Same-step reset: an episode's last reward
    is computed from `info["final_obs"]` and `info["final_info"]`.
    """

    def __init__(
        self,
        env: VectorEnv[Any, Any, Any],
        reward: Reward | str | Path,
        environment: Environment | str,
        *,
        scale: bool = False,
    ) -> None:
        super().__init__(env)
        mode = env.metadata.get("autoreset_mode")
        if not isinstance(mode, AutoresetMode):
            raise UsageError(f"{env} does not say its autoreset_mode in its metadata")
        self._mode = mode
        self._reader = ObservationReader(env.single_observation_space, str(env))
        known = as_environment(environment)
        require_spaces(known, self._reader.shape, env.single_action_space, str(env))
        self._stepper = RewardStepper(known, as_reward(reward), env.num_envs, scale=scale)
        self._columns = InfoColumns(env.num_envs)
        self._obs: Array | None = None
        self._resets = np.zeros(env.num_envs, dtype=np.bool_)

    def reset(
        self, *, seed: Any = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Begin episodes: in all environments, or those of `options["reset_mask"]`."""
        mask = (options or {}).get("reset_mask")
        obs, info = self.env.reset(seed=seed, options=options)
        self._stepper.reset(mask)
        self._resets[... if mask is None else mask] = False
        self._obs = np.array(self._reader.read(obs))
        return obs, info

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """One step of all environments; rewards, (environments,), are the saved one's."""
        if self._obs is None:
            raise UsageError("reset() must be called before step()")
        obs, simulator_reward, terminated, truncated, info = self.env.step(actions)
        seen = np.array(self._reader.read(obs))
        ended = np.asarray(terminated) | np.asarray(truncated)
        next_obs, columns = seen, self._columns.from_columns(info)
        if self._mode is AutoresetMode.SAME_STEP and ended.any():
            next_obs, columns = self._final(seen, columns, info, ended)
        valid = ~self._resets
        total, components = self._stepper.step(
            Step(
                obs=self._obs,
                action=action_column(self.env.single_action_space, actions),
                next_obs=next_obs,
                terminated=np.asarray(terminated, dtype=np.bool_),
                truncated=np.asarray(truncated, dtype=np.bool_),
                simulator_reward=np.asarray(simulator_reward, dtype=np.float64),
                info=columns,
                valid=valid,
            )
        )
        self._obs = seen
        if self._mode is AutoresetMode.NEXT_STEP:
            self._resets = ended
        own = {"reward_components": components, "_reward_components": valid}
        own |= {"simulator_reward": np.array(simulator_reward), "_simulator_reward": valid}
        return obs, total, terminated, truncated, {**info, **own}

    def _final(
        self, seen: Array, columns: dict[str, Array], info: dict[str, Any], ended: Array
    ) -> tuple[Array, dict[str, Array]]:
        """The true last observations, and what the simulator said of those steps."""
        rows = np.flatnonzero(ended)
        next_obs = seen.copy()
        next_obs[rows] = self._reader.stack([info["final_obs"][row] for row in rows])
        final = self._columns.from_columns(info.get("final_info", {}))
        for name, values in final.items():
            column = np.array(columns.get(name, np.zeros_like(values)))
            column[rows] = values[rows]
            columns[name] = column
        return next_obs, columns
