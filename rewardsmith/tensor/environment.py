"""Many copies of an environment on torch tensors, with the surface of Isaac Gym's `VecTask`.

`step` gives `({"obs": ...}, rew, reset, extras)`.  An episode that ends is reset in the same step,
by id: the observation is the next episode's first, the true last one stands in
`extras["final_obs"]`, and no row is ever meaningless.  Surface: IsaacGymEnvs 1.5.1,
`isaacgymenvs/tasks/base/vec_task.py`.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import torch

from rewardsmith.backends import VectorEnvironment, VectorStep, make_backend
from rewardsmith.backends.tensor import TensorBackend
from rewardsmith.environments import Environment
from rewardsmith.errors import UsageError
from rewardsmith.reward import Reward
from rewardsmith.signals import Array, Transitions
from rewardsmith.stepper import as_environment
from rewardsmith.tensor.rewards import StepRewards
from rewardsmith.training.simulation import Actions, environment_seeds

NO_LIMIT = 2**31 - 1
"""`max_episode_length` where episodes have no limit."""


class TensorEnvironment:
    """`num_envs` copies of an environment that pay a reward in the step; close it at the end.

    `reward`: a reward module, code, or one of the task's own, `human`, `fitness`, `sparse`.  Code
    runs in a reward process unless it is `trusted`; `scale` divides by its REWARD_SCALE as in
    training.  Continuous actions are in half-widths of the action's box, clipped to it; discrete
    ones are integers, or (environments, actions) of which the largest counts.
    """

    def __init__(
        self,
        environment: Environment | str,
        reward: Reward | str | Path,
        num_envs: int,
        *,
        seed: int = 0,
        device: str = "cpu",
        threads: int = 1,
        scale: bool = False,
        trusted: bool = False,
    ) -> None:
        if num_envs < 1:
            raise UsageError(f"num_envs is {num_envs}; there must be at least one environment")
        environment = as_environment(environment)
        self.device = _usable(device)
        self.num_envs = num_envs
        self._rewards = StepRewards(environment, reward, num_envs, scale=scale, trusted=trusted)
        try:
            seeds = environment_seeds(seed, 0, num_envs)
            self._backend: VectorEnvironment = make_backend(environment, seeds, threads=threads)
        except BaseException:
            self._rewards.close()
            raise
        self._actions = Actions(self._backend.action_space)
        self._counter = _counter(self._backend)
        self.num_obs = int(np.prod(self._backend.observation_shape))
        self.num_actions = self._actions.outputs
        self.max_episode_length = self._backend.time_limit or NO_LIMIT
        self.rew_buf = torch.zeros(num_envs, device=self.device)
        self.reset_buf = torch.zeros(num_envs, dtype=torch.bool, device=self.device)
        self.extras: dict[str, Any] = {}
        self._episode_step = np.zeros(num_envs, np.int64)
        self._progress = np.zeros(num_envs, np.int64)
        self._obs: Array = np.zeros((0,))
        self.reset()

    @property
    def observation_space(self) -> Any:
        """One environment's observations, as Gymnasium's space."""
        from gymnasium.spaces import Box

        return Box(-np.inf, np.inf, (self.num_obs,), np.float32)

    @property
    def action_space(self) -> Any:
        """One environment's actions, as Gymnasium's space: a box of ±1, or discrete."""
        from gymnasium.spaces import Box, Discrete

        if self._actions.space.count is not None:
            return Discrete(self._actions.space.count)
        return Box(-1.0, 1.0, (self.num_actions,), np.float32)

    @property
    def progress_buf(self) -> torch.Tensor:
        """Steps since the reset, (environments,); what is written here counts to the limit.

        Of a simulator that counts itself they are its own, and its limit is the one that counts;
        what is written there is in `obs_buf` as well where an observation tells the count, as
        Isaac Lab's wrapper for rsl_rl computes observations whenever it is asked for them.
        """
        counted = self._progress if self._counter is None else self._counter.count
        return self._tensor(np.array(counted))

    @progress_buf.setter
    def progress_buf(self, steps: torch.Tensor) -> None:
        if steps.numel() != self.num_envs:
            raise UsageError(
                f"progress_buf takes one count an environment, {self.num_envs}, not {steps.numel()}"
            )
        self._progress = steps.detach().cpu().numpy().astype(np.int64).reshape(self.num_envs)
        if self._counter is not None:
            self._obs = np.array(self._counter.count_from(self._progress.copy()))

    @property
    def obs_buf(self) -> torch.Tensor:
        """The observations from which the next actions are chosen, (environments, num_obs)."""
        return self._tensor(self._flat(self._obs).copy())

    def reset(self) -> dict[str, torch.Tensor]:
        """Begin an episode in every environment."""
        self._obs = np.array(self._backend.reset())
        self._episode_step[:] = 0
        self._progress[:] = 0
        return {"obs": self.obs_buf}

    def reset_idx(self, env_ids: torch.Tensor) -> None:
        """Begin an episode in those environments, by number or as a mask; see `obs_buf`.

        `step` calls it as well for what has ended, before which `obs_buf` has the last
        observations.
        """
        given = env_ids.detach().cpu().numpy()
        rows = np.flatnonzero(given) if given.dtype == np.bool_ else np.unique(given)
        if not len(rows):
            return
        if rows[0] < 0 or rows[-1] >= self.num_envs:
            raise UsageError(f"env_ids must be from 0 to {self.num_envs - 1}, not {rows.tolist()}")
        self._obs = self._obs.copy()
        self._obs[rows] = self._backend.reset(rows.astype(np.int32))
        self._episode_step[rows] = 0
        self._progress[rows] = 0

    def compute_observations(self) -> torch.Tensor:
        """The same as `obs_buf`, which is always up to date; here because a `VecTask` has it."""
        return self.obs_buf

    def step(
        self, actions: torch.Tensor
    ) -> tuple[dict[str, torch.Tensor], torch.Tensor, torch.Tensor, dict[str, Any]]:
        """One step of all: observations, rewards, what has ended (and was reset), extras.

        Extras, one row an environment: `time_outs` (= `truncated`) and `terminated` tell the two
        ends apart, `final_obs` are the observations before any reset, `simulator_reward` and
        `components` what the simulator and the reward's parts paid.
        """
        taken = self._taken(actions)
        step = self._backend.step(taken)
        last = np.array(step.obs)
        terminated = np.array(step.terminated, np.bool_)
        truncated = np.asarray(step.truncated, np.bool_) & ~terminated
        if self._counter is None:
            truncated |= (self._progress + 1 >= self.max_episode_length) & ~terminated
        total, components = self._rewards(
            Transitions(
                obs=self._obs[None],
                next_obs=last[None],
                action=taken[None],
                terminated=terminated[None],
                truncated=truncated[None],
                episode_step=self._episode_step[None],
                simulator_reward=np.asarray(step.simulator_reward)[None],
                info={name: value[None] for name, value in step.info.items()},
            )
        )
        self._advance(last, terminated | truncated)
        self.rew_buf = self._tensor(total.astype(np.float32))
        self.reset_buf = self._tensor(terminated | truncated)
        self.extras = self._extras(step, last, terminated, truncated)
        self.extras["components"] = {
            name: self._tensor(values.astype(np.float32)) for name, values in components.items()
        }
        return {"obs": self.obs_buf}, self.rew_buf, self.reset_buf, self.extras

    def _taken(self, actions: torch.Tensor) -> Array:
        """The simulator's actions; UsageError where they are not what it takes."""
        values = actions.detach().cpu().numpy()
        discrete, count = self._actions.space.discrete, self.num_actions
        if discrete and values.dtype.kind in "iu" and values.size == self.num_envs:
            if values.min() < 0 or values.max() >= count:
                raise UsageError(f"discrete actions must be from 0 to {count - 1}")
            return values.reshape(self.num_envs)
        if values.shape != (self.num_envs, count):
            raise UsageError(
                f"actions have shape {tuple(values.shape)}, expected {(self.num_envs, count)}"
            )
        if not np.isfinite(values).all():
            raise UsageError("actions are not finite; the policy that chose them has diverged")
        return self._actions.to_simulator(values.astype(np.float32, copy=False))

    def _advance(self, last: Array, ended: Array) -> None:
        self._episode_step = self._episode_step + 1
        self._progress = self._progress + 1
        self._obs = last
        if ended.any():
            self.reset_idx(torch.from_numpy(np.flatnonzero(ended)))

    def _extras(
        self, step: VectorStep, last: Array, terminated: Array, truncated: Array
    ) -> dict[str, Any]:
        time_outs = self._tensor(truncated)
        return {
            "time_outs": time_outs,
            "truncated": time_outs,
            "terminated": self._tensor(terminated),
            "final_obs": self._tensor(self._flat(last)),
            "simulator_reward": self._tensor(np.array(step.simulator_reward, np.float32)),
        }

    def _flat(self, obs: Array) -> Array:
        return obs.reshape(self.num_envs, self.num_obs)

    def _tensor(self, values: Array) -> torch.Tensor:
        return torch.from_numpy(values).to(self.device)

    def close(self) -> None:
        """End the simulators and the reward process."""
        self._backend.close()
        self._rewards.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _counter(backend: VectorEnvironment) -> TensorBackend | None:
    """The backend where its simulator counts the steps of episodes itself, and ends them by it."""
    if isinstance(backend, TensorBackend) and backend.count is not None:
        return backend
    return None


def _usable(name: str) -> torch.device:
    """The device of that name; UsageError where torch has none."""
    try:
        return torch.zeros(0, device=name).device
    except (AssertionError, RuntimeError) as error:
        first = str(error).partition("\n")[0]
        raise UsageError(f"device {name!r} cannot be used: {first}") from error
