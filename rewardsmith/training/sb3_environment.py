"""Our simulators as a vector environment of Stable-Baselines3, paying a member's reward.

Our backends reset in the next step, Stable-Baselines3 in the same: where episodes end, those
environments are reset here, and their true last observation goes to
`infos[i]["terminal_observation"]`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import gymnasium
import numpy as np
from stable_baselines3.common.vec_env import VecEnv

from rewardsmith.backends import ActionSpace, VectorStep, make_backend
from rewardsmith.environments import Environment
from rewardsmith.signals import Array, Transitions

IMAGE_DIMENSIONS = 3

Rewards = Callable[[Transitions], Array]
"""A member's reward on one step of its environments, (environments,)."""


class Sb3Environment(VecEnv):
    """Copies of an environment, one for each seed, whose reward is that of `rewards`."""

    def __init__(self, environment: Environment, seeds: Sequence[int], rewards: Rewards) -> None:
        self._backend = make_backend(environment, seeds)
        self.image = len(self._backend.observation_shape) == IMAGE_DIMENSIONS
        super().__init__(
            len(seeds),
            _observation_space(self._backend.observation_shape, image=self.image),
            action_space(self._backend.action_space),
        )
        self._rewards = rewards
        self._obs: Array = np.zeros(0)
        self._actions: Array = np.zeros(0)
        self._episode_step = np.zeros(len(seeds), dtype=np.int64)

    def reset(self) -> Array:
        """Observations of all environments at the start of an episode."""
        self._obs = np.array(self._backend.reset())
        self._episode_step[:] = 0
        return self._seen(self._obs)

    def step_async(self, actions: np.ndarray[Any, Any]) -> None:
        """Remember the actions, clipped to the box."""
        space = self.action_space
        if isinstance(space, gymnasium.spaces.Box):
            actions = np.clip(actions, space.low, space.high)
        self._actions = np.array(actions)

    def step_wait(self) -> tuple[Array, Array, Array, list[dict[str, Any]]]:
        """Step, pay, and reset what has ended."""
        step = self._backend.step(self._actions)
        rewards = self._rewards(self._transitions(step))
        ended = np.asarray(step.terminated | step.truncated)
        obs = np.array(step.obs)
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        if ended.any():
            rows = np.flatnonzero(ended)
            for row, last in zip(rows, self._seen(obs[rows]), strict=True):
                infos[row]["terminal_observation"] = last
                infos[row]["TimeLimit.truncated"] = bool(not step.terminated[row])
            obs[rows] = self._backend.reset(rows)
        self._episode_step = np.where(ended, 0, self._episode_step + 1)
        self._obs = obs
        return self._seen(obs), rewards.astype(np.float32), ended, infos

    def _transitions(self, step: VectorStep) -> Transitions:
        return Transitions(
            obs=self._obs[None],
            next_obs=np.array(step.obs)[None],
            action=self._actions[None],
            terminated=np.array(step.terminated)[None],
            truncated=np.asarray(step.truncated & ~step.terminated)[None],
            episode_step=self._episode_step[None],
            simulator_reward=np.array(step.simulator_reward)[None],
            info={name: np.array(value)[None] for name, value in step.info.items()},
        )

    def _seen(self, obs: Array) -> Array:
        """Observations as the policy gets them: images as bytes."""
        return as_seen(obs, image=self.image).copy()

    def close(self) -> None:
        """End the simulators."""
        self._backend.close()

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """Attributes of single environments: there are none but `render_mode`."""
        return [getattr(self, attr_name, None) for _ in self._get_indices(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Set an attribute of this object, for there are no single environments."""
        del indices
        setattr(self, attr_name, value)

    def env_method(
        self, method_name: str, *method_args: Any, indices: Any = None, **method_kwargs: Any
    ) -> list[Any]:
        """Call a method of this object, for there are no single environments."""
        method = getattr(self, method_name)
        return [method(*method_args, **method_kwargs) for _ in self._get_indices(indices)]

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        """No single environment is wrapped."""
        del wrapper_class
        return [False for _ in self._get_indices(indices)]


def as_seen(obs: Array, *, image: bool) -> Array:
    """Observations as a policy gets them: images as bytes, others as they are."""
    return obs.astype(np.uint8) if image else obs


def _observation_space(shape: tuple[int, ...], *, image: bool) -> gymnasium.Space[Any]:
    if image:
        return gymnasium.spaces.Box(0, 255, shape, np.uint8)
    return gymnasium.spaces.Box(-np.inf, np.inf, shape, np.float32)


def action_space(space: ActionSpace) -> gymnasium.Space[Any]:
    """The same space as Gymnasium's."""
    if space.count is not None:
        return gymnasium.spaces.Discrete(space.count)
    low, high = (np.array(b, np.float32).reshape(space.shape) for b in (space.low, space.high))
    return gymnasium.spaces.Box(low, high, dtype=np.float32)


def joined(steps: Sequence[Transitions]) -> Transitions:
    """One block of several that follow each other."""
    first = {name: value for step in reversed(steps) for name, value in step.info.items()}
    return Transitions(
        obs=_end_to_end(step.obs for step in steps),
        next_obs=_end_to_end(step.next_obs for step in steps),
        action=_end_to_end(step.action for step in steps),
        terminated=_end_to_end(step.terminated for step in steps),
        truncated=_end_to_end(step.truncated for step in steps),
        episode_step=_end_to_end(step.episode_step for step in steps),
        simulator_reward=_end_to_end(step.simulator_reward for step in steps),
        info={
            name: _end_to_end(step.info.get(name, np.zeros_like(value)) for step in steps)
            for name, value in first.items()
        },
    )


def _end_to_end(parts: Iterable[Array]) -> Array:
    return np.concatenate(list(parts))
