"""A reward computed step by step, as an environment of one's own steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rewardsmith.backends import ActionSpace
from rewardsmith.backends.spaces import action_space_of
from rewardsmith.bank import load_bank
from rewardsmith.environments import Environment, load_environment
from rewardsmith.errors import UsageError, unknown_name
from rewardsmith.reward import Reward, load_reward
from rewardsmith.signals import Array, Transitions

CLIP = 10.0
"""Scaled rewards are clipped at this size, as in training."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of n environments; arrays (n, ...)."""

    obs: Array
    action: Array
    next_obs: Array
    """The true last observation where an episode ended."""
    terminated: Array
    truncated: Array
    simulator_reward: Array
    info: Mapping[str, Array]
    valid: Array
    """False where the step only reset its environment."""


class RewardStepper:
    """Keeps what a reward needs to know of the steps before: previous values, episode steps."""

    def __init__(
        self, environment: Environment, reward: Reward, num_envs: int, *, scale: bool = False
    ) -> None:
        self._reader = environment.reader()
        known = self._reader.names()
        for name in reward.parameters:
            if name not in known:
                raise UsageError(unknown_name("signal", name, known))
        if scale and reward.scale is None:
            raise UsageError("scale=True needs a reward module that says its REWARD_SCALE")
        self._reward = reward
        self._divisor = reward.scale if scale else None
        self._episode_step = np.zeros(num_envs, dtype=np.int64)
        self._components: tuple[str, ...] = ()

    def reset(self, mask: Array | None = None) -> None:
        """Episodes begin: all, or those of `mask`."""
        self._episode_step[... if mask is None else mask] = 0

    def step(self, step: Step) -> tuple[Array, dict[str, Array]]:
        """Total and components of a step, float64 (n,); 0 where it is not valid."""
        if step.valid.any():
            total, components = self._compute(step)
            self._components = tuple(components)
        else:
            zero = np.zeros(len(step.valid))
            total, components = zero, {name: zero.copy() for name in self._components}
        goes_on = step.valid & ~(step.terminated | step.truncated)
        self._episode_step = np.where(goes_on, self._episode_step + 1, 0)
        return total, components

    def _compute(self, step: Step) -> tuple[Array, dict[str, Array]]:
        transitions = Transitions(
            obs=step.obs[None],
            next_obs=step.next_obs[None],
            action=step.action[None],
            terminated=step.terminated[None],
            truncated=(step.truncated & ~step.terminated)[None],
            episode_step=np.where(step.valid, self._episode_step, 0)[None],
            simulator_reward=step.simulator_reward[None],
            info={name: value[None] for name, value in step.info.items()},
        )
        with np.errstate(all="ignore"):
            signals = self._reader.read(transitions, self._reward.parameters)
            total, components = self._reward(**{n: v[0] for n, v in signals.items()})
        total = np.where(step.valid, total, 0.0)
        if self._divisor is not None:
            total = np.clip(total / self._divisor, -CLIP, CLIP)
        return total, {n: np.where(step.valid, c, 0.0) for n, c in components.items()}


class InfoColumns:
    """Makes arrays of the numeric entries of `info`; what was seen once is always given."""

    def __init__(self, num_envs: int) -> None:
        self._num_envs = num_envs
        self._seen: dict[str, Array] = {}

    def from_rows(self, rows: Iterable[Mapping[str, Any]]) -> dict[str, Array]:
        """Columns of one mapping for each environment; 0 where one lacks an entry."""
        columns = self._empty()
        for number, row in enumerate(rows):
            for name, value in row.items():
                if is_number(value):
                    self.put(columns, name, np.asarray(value), number)
        return columns

    def from_columns(self, info: Mapping[str, Any]) -> dict[str, Array]:
        """The numeric columns of a vector environment's mapping."""
        columns = self._empty()
        for name, value in info.items():
            if isinstance(value, np.ndarray) and is_number(value) and not name.startswith("_"):
                self._seen.setdefault(name, np.zeros_like(value))
                columns[name] = value
        return columns

    def put(self, columns: dict[str, Array], name: str, value: Array, number: int) -> None:
        """Write one environment's value; an entry that changes its shape is left as it was."""
        if name not in self._seen:
            self._seen[name] = np.zeros((self._num_envs, *value.shape), _wide(value))
        column = columns.setdefault(name, self._seen[name].copy())
        if column.shape[1:] == value.shape:
            column[number] = value

    def _empty(self) -> dict[str, Array]:
        return {name: zeros.copy() for name, zeros in self._seen.items()}


def _wide(value: Array) -> Any:
    return np.float64 if value.dtype.kind in "iu" else value.dtype


def is_number(value: Any) -> bool:
    """Whether an entry of `info` is a number or an array of numbers."""
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.kind in "fiub"
    return isinstance(value, bool | int | float)


def require_spaces(
    environment: Environment, shape: tuple[int, ...], action_space: Any, what: str
) -> None:
    """Raises UsageError where observations or actions are not those of the environment.

    What those are is known of a Gymnasium id, and of an environment whose bank was recorded.
    """
    probed = environment.specification.get("gymnasium")
    if probed is not None:
        known, actions = tuple(probed["observation_shape"]), str(probed["action_space"])
        given = str(action_space)
    else:
        bank = load_bank(environment)
        if bank is None:
            return
        known, actions = bank.observation_shape, _actions(bank.action_space)
        given = _actions(action_space_of(action_space, what))
    for name, wanted, found in (("observes", known, shape), ("acts in", actions, given)):
        if wanted != found:
            raise UsageError(
                f"{what} {name} {found}, environment {environment.name!r} {wanted}: its signals "
                "would read the wrong numbers; wrap the environment that the reward was made for"
            )


def _actions(space: ActionSpace) -> str:
    return f"{space.count} discrete actions" if space.discrete else f"a box of shape {space.shape}"


def as_reward(reward: Reward | str | Path) -> Reward:
    """The reward itself, or the one of that file."""
    return reward if isinstance(reward, Reward) else load_reward(reward)


def as_environment(environment: Environment | str) -> Environment:
    """The environment itself, or the one of that name."""
    return environment if isinstance(environment, Environment) else load_environment(environment)


def action_column(space: Any, actions: Any) -> Array:
    """Actions as a signal reads them: clipped to the box; discrete ones counted from 0."""
    from gymnasium.spaces import Box, Discrete

    values = np.asarray(actions)
    if isinstance(space, Discrete):
        return (values - int(space.start)).astype(np.int64)
    if isinstance(space, Box):
        return np.clip(values, space.low, space.high)
    return values
