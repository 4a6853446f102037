"""The tensor interface for rsl_rl's runners (package rsl-rl-lib, 5.4 and later)."""

from __future__ import annotations

from typing import Any

import torch

from rewardsmith.errors import BackendUnavailable
from rewardsmith.tensor.environment import TensorEnvironment

try:
    from rsl_rl.env import VecEnv
    from tensordict import TensorDict
except ModuleNotFoundError as error:
    raise BackendUnavailable(
        f"rsl_rl cannot be imported ({error}); install it: pip install 'rewardsmith[rsl-rl]'"
    ) from error


class RslRlEnvironment(VecEnv):
    """A `TensorEnvironment` as `OnPolicyRunner` takes it, observations under the group `policy`.

    What the runner writes into `episode_length_buf` (`init_at_random_ep_len`) counts to the limit
    of the running episodes, in the simulator's own count where it keeps one.
    """

    def __init__(self, environment: TensorEnvironment) -> None:
        self._environment = environment
        self.num_envs = environment.num_envs
        self.num_actions = environment.num_actions
        self.max_episode_length = environment.max_episode_length
        self.device = environment.device
        self.cfg = {}

    @property
    def episode_length_buf(self) -> torch.Tensor:
        """Steps of the running episodes, (environments,)."""
        return self._environment.progress_buf

    @episode_length_buf.setter
    def episode_length_buf(self, steps: torch.Tensor) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]
        self._environment.progress_buf = steps

    def get_observations(self) -> TensorDict:
        """The observations from which the next actions are chosen."""
        return self._group(self._environment.obs_buf)

    def step(self, actions: torch.Tensor) -> tuple[TensorDict, torch.Tensor, torch.Tensor, Any]:
        """One step of all environments, with same-step resets."""
        obs, rewards, ended, extras = self._environment.step(actions)
        return self._group(obs["obs"]), rewards, ended, extras

    def _group(self, obs: torch.Tensor) -> TensorDict:
        return TensorDict({"policy": obs}, batch_size=[self.num_envs], device=self.device)
