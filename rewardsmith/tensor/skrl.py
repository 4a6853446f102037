"""The tensor interface for skrl's trainers (2.1 and later).

skrl reads the value at a time-out (`time_limit_bootstrap`) from the observation that `step` gives,
which is the next episode's first one wherever environments reset in the step.
"""

from __future__ import annotations

from typing import Any

import torch

from rewardsmith.errors import BackendUnavailable
from rewardsmith.tensor.environment import TensorEnvironment

try:
    from skrl.envs.wrappers.torch import Wrapper
except ModuleNotFoundError as error:
    raise BackendUnavailable(
        f"skrl cannot be imported ({error}); install it: pip install 'rewardsmith[skrl]'"
    ) from error


class SkrlEnvironment(Wrapper):
    """A `TensorEnvironment` as skrl's trainers take it."""

    def __init__(self, environment: TensorEnvironment) -> None:
        super().__init__(environment)
        self._tensors = environment
        self._begun = False

    def reset(self) -> tuple[torch.Tensor, dict[str, Any]]:
        """The first observations; later the present ones, for what has ended is reset already."""
        obs = self._tensors.obs_buf if self._begun else self._tensors.reset()["obs"]
        self._begun = True
        return obs, {}

    def step(
        self, actions: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, Any]:
        """One step of all environments; columns (environments, 1)."""
        if self._tensors.action_space.shape == ():
            actions = actions.long()
        obs, rewards, _, extras = self._tensors.step(actions)
        ends = extras["terminated"], extras["time_outs"]
        terminated, truncated = (end.unsqueeze(-1) for end in ends)
        return obs["obs"], rewards.unsqueeze(-1), terminated, truncated, extras

    def state(self) -> torch.Tensor | None:
        """No more than the observations is told."""
        return None

    def render(self, *args: Any, **kwargs: Any) -> None:
        """Nothing is drawn."""

    def close(self) -> None:
        """End the simulators and the reward process."""
        self._tensors.close()
