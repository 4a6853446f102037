"""MuJoCo Playground: DeepMind's control suite (and its robots) on MJX.

Observations are laid out as the control suite's own are on EnvPool, where Playground orders them
otherwise, so that one file of signals serves both.  Of a task's options `max_episode_steps` is
Playground's `episode_length`, any other the name of a setting of the task (`ctrl_dt`, `impl`).
Source: Playground 0.2.0, `mujoco_playground/_src/dm_control_suite`.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from rewardsmith.backends import ActionSpace
from rewardsmith.backends.mjx import recorded
from rewardsmith.backends.worlds import Moment, World, jax_module
from rewardsmith.environments import Environment, MjxSimulator
from rewardsmith.errors import (
    BackendUnavailable,
    EnvironmentUnavailable,
    UsageError,
    unknown_name,
)

_LAYOUT: Mapping[str, tuple[int, ...]] = {
    "PendulumSwingup": (1, 0, 2),
}
"""Where each number of the control suite's observation stands in Playground's."""
_GROUP = "state"
"""The observation of the policy, where a task gives several."""


def playground_world(environment: Environment) -> World:
    """The world of an environment whose backend is `playground`.

    Raises BackendUnavailable without the package, EnvironmentUnavailable for an unknown task.
    """
    identifier = environment.backends["playground"]
    jax = jax_module()
    registry = _registry()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if identifier not in registry.ALL_ENVS:
            known = registry.ALL_ENVS
            raise EnvironmentUnavailable(unknown_name("Playground task", identifier, known))
        settings = registry.get_default_config(identifier)
        chosen = _settings(settings, environment.task.options)
        try:
            task = registry.load(identifier, config_overrides=chosen)
            suite = _Suite(identifier, task, _read(environment))
            shown = jax.eval_shape(suite.reset, jax.random.PRNGKey(0))
        except Exception as error:
            raise EnvironmentUnavailable(
                f"Playground's {identifier} does not start: {type(error).__name__}: {error}"
            ) from error
    size = int(task.action_size)
    return World(
        identifier=identifier,
        reset=suite.reset,
        step=suite.step,
        action_space=ActionSpace(shape=(size,), low=(-1.0,) * size, high=(1.0,) * size),
        observation_shape=tuple(shown.obs.shape),
        time_limit=int(chosen.get("episode_length", settings.episode_length)),
    )


def playground_tasks() -> tuple[str, ...]:
    """The names of all of its tasks; raises BackendUnavailable without the package."""
    jax_module()
    return tuple(_registry().ALL_ENVS)


def _registry() -> Any:
    if importlib.util.find_spec("mujoco_playground") is None:
        raise BackendUnavailable(
            "the backend playground needs MuJoCo Playground: pip install 'rewardsmith[mjx]'"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mujoco_playground import registry

        return registry


def _settings(known: Any, options: Mapping[str, Any]) -> dict[str, Any]:
    """Playground's settings from a task's options; physics in JAX unless they say otherwise."""
    chosen: dict[str, Any] = {"impl": "jax"} if "impl" in known else {}
    for name, value in options.items():
        setting = "episode_length" if name == "max_episode_steps" else name
        if setting.split(".")[0] not in known:
            raise UsageError(unknown_name("option of backend playground", name, known.keys()))
        chosen[setting] = value
    return chosen


def _read(environment: Environment) -> Mapping[str, Any]:
    described = environment.simulator
    return described.recorded if isinstance(described, MjxSimulator) else {}


class _Suite:
    """A task of Playground as the functions of a world."""

    def __init__(self, identifier: str, task: Any, read: Mapping[str, Any]) -> None:
        self._task = task
        self._read = read
        layout = _LAYOUT.get(identifier)
        self._layout = None if layout is None else np.array(layout)

    def reset(self, key: Any) -> Moment:
        """An episode's beginning."""
        return self._moment(self._task.reset(key))

    def step(self, state: Any, action: Any) -> Moment:
        """One step of the task."""
        return self._moment(self._task.step(state, action))

    def _moment(self, state: Any) -> Moment:
        obs = state.obs[_GROUP] if isinstance(state.obs, Mapping) else state.obs
        if self._layout is not None:
            obs = obs[self._layout]
        info = {**state.metrics, **recorded(self._read, state.data)}
        return Moment(state, obs, state.reward, state.done > 0, info)
