"""Stable-Baselines3's vector environments, paying a saved reward."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper

from rewardsmith.backends.spaces import ObservationReader
from rewardsmith.environments import Environment
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


class Sb3RewardWrapper(VecEnvWrapper):
    """A VecEnv that pays the reward; put it innermost, before VecNormalize and VecMonitor.

    It resets in the same step: an episode's last reward is computed from the true last
    observation, `infos[i]["terminal_observation"]`.  Components stand in
    `infos[i]["reward_components"]`, the simulator's own reward in `infos[i]["simulator_reward"]`.
    """

    def __init__(
        self,
        venv: VecEnv,
        reward: Reward | str | Path,
        environment: Environment | str,
        *,
        scale: bool = False,
    ) -> None:
        super().__init__(venv)
        self._reader = ObservationReader(venv.observation_space, str(venv))
        known = as_environment(environment)
        require_spaces(known, self._reader.shape, venv.action_space, str(venv))
        self._stepper = RewardStepper(known, as_reward(reward), venv.num_envs, scale=scale)
        self._columns = InfoColumns(venv.num_envs)
        self._obs: Array = np.zeros(0)
        self._actions: Array = np.zeros(0)

    def reset(self) -> Any:
        """Begin episodes in all environments."""
        obs = self.venv.reset()
        self._stepper.reset()
        self._obs = np.array(self._reader.read(obs))
        return obs

    def step_async(self, actions: np.ndarray[Any, Any]) -> None:
        """Start a step."""
        self._actions = action_column(self.venv.action_space, actions)
        self.venv.step_async(actions)

    def step_wait(self) -> Any:
        """Finish the step; rewards, (environments,), are the saved one's."""
        obs, simulator_reward, dones, infos = self.venv.step_wait()
        seen = np.array(self._reader.read(obs))
        next_obs, truncated = seen.copy(), np.zeros(len(infos), dtype=np.bool_)
        for row in np.flatnonzero(dones):
            next_obs[row] = self._reader.stack([infos[row]["terminal_observation"]])[0]
            truncated[row] = bool(infos[row].get("TimeLimit.truncated", False))
        total, components = self._stepper.step(
            Step(
                obs=self._obs,
                action=self._actions,
                next_obs=next_obs,
                terminated=np.asarray(dones, dtype=np.bool_) & ~truncated,
                truncated=truncated,
                simulator_reward=np.asarray(simulator_reward, dtype=np.float64),
                info=self._columns.from_rows(infos),
                valid=np.ones(len(infos), dtype=np.bool_),
            )
        )
        self._obs = seen
        for row, info in enumerate(infos):
            info["reward_components"] = {n: float(values[row]) for n, values in components.items()}
            info["simulator_reward"] = float(simulator_reward[row])
        return obs, total.astype(np.float32), dones, infos
