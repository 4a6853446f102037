"""MJX: a MuJoCo model on JAX, on a GPU or, slowly, on a processor.

The id is the path of the model's XML, or the XML itself, which then travels with the environment's
file.  The rest is said by an `MjxSimulator`: noise at the beginning, steps of the physics for one
action, what is observed, what is recorded.  Actions are the model's controls, clipped to their
ranges; the simulator pays nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rewardsmith.backends import ActionSpace
from rewardsmith.backends.worlds import Moment, World, jax_module
from rewardsmith.environments import Environment, MjxSimulator
from rewardsmith.errors import EnvironmentUnavailable, UsageError, unknown_name

_OPTIONS = ("max_episode_steps",)


def mjx_world(environment: Environment) -> World:
    """The world of an environment whose backend is `mjx`.

    Raises EnvironmentUnavailable where the model does not load or MJX cannot compute it.
    """
    identifier = environment.backends["mjx"]
    described = environment.simulator or MjxSimulator()
    if not isinstance(described, MjxSimulator):
        raise EnvironmentUnavailable(
            f"environment {environment.name!r} names backend 'mjx' and describes another kind of "
            "simulator: give it simulator=MjxSimulator(...), or none"
        )
    options = environment.task.options
    for name in options:
        if name not in _OPTIONS:
            raise UsageError(unknown_name("option of backend mjx", name, _OPTIONS))
    jax_module()
    name = "the model" if _is_text(identifier) else identifier
    try:
        model, compiled = _load(identifier)
        begin = _beginning(model, described.keyframe)
        time_limit = int(options.get("max_episode_steps", described.time_limit))
        return _World(compiled, model, described, begin).world(name, time_limit)
    except Exception as error:
        what = " ".join(str(error).split())
        raise EnvironmentUnavailable(
            f"{name} does not start on MJX: {type(error).__name__}: {what}"
        ) from error


def _is_text(identifier: str) -> bool:
    return identifier.lstrip().startswith("<")


def mujoco_module() -> Any:
    """MuJoCo, whose own types are not complete."""
    import mujoco

    return mujoco


def _load(identifier: str) -> tuple[Any, Any]:
    """The model as MuJoCo and as MJX hold it."""
    from mujoco import mjx

    mujoco = mujoco_module()

    if _is_text(identifier):
        model = mujoco.MjModel.from_xml_string(identifier)
    else:
        model = mujoco.MjModel.from_xml_path(str(Path(identifier)))
    return model, mjx.put_model(model, impl="jax")


def _beginning(model: Any, keyframe: int | None) -> Any:
    """The joint positions from which episodes begin."""
    if keyframe is None:
        return np.array(model.qpos0)
    if not 0 <= keyframe < model.nkey:
        raise UsageError(f"keyframe is {keyframe}; the model has {model.nkey}")
    return np.array(model.key_qpos[keyframe])


class _World:
    """The functions of a world, with what they close over."""

    def __init__(self, compiled: Any, model: Any, described: MjxSimulator, begin: Any) -> None:
        self._compiled, self._model = compiled, model
        self._described = described
        self._begin = begin

    def world(self, name: str, time_limit: int) -> World:
        """All of it as a world; raises what an author's function raises."""
        jax = jax_module()
        shown = jax.eval_shape(self._reset, jax.random.PRNGKey(0))
        limited = self._model.actuator_ctrllimited.astype(bool)
        low = np.where(limited, self._model.actuator_ctrlrange[:, 0], -np.inf)
        high = np.where(limited, self._model.actuator_ctrlrange[:, 1], np.inf)
        return World(
            identifier=name,
            reset=self._reset,
            step=self._step,
            action_space=ActionSpace(
                shape=(int(self._model.nu),), low=tuple(low.tolist()), high=tuple(high.tolist())
            ),
            observation_shape=tuple(shown.obs.shape),
            time_limit=time_limit,
        )

    def _reset(self, key: Any) -> Moment:
        jax = jax_module()
        from mujoco import mjx

        position, velocity = jax.random.split(key)
        data = mjx.make_data(self._model, impl="jax")
        noise = self._noise(position, self._described.position_noise)
        moved = _moved(self._model, self._begin, noise)
        data = data.replace(qpos=moved, qvel=self._noise(velocity, self._described.velocity_noise))
        return self._moment(mjx.forward(self._compiled, data))

    def _noise(self, key: Any, size: float) -> Any:
        return jax_module().random.uniform(key, (self._model.nv,), minval=-size, maxval=size)

    def _step(self, data: Any, action: Any) -> Moment:
        jax = jax_module()
        from mujoco import mjx

        def once(data: Any, _: Any) -> tuple[Any, None]:
            return mjx.step(self._compiled, data.replace(ctrl=action)), None

        stepped, _ = jax.lax.scan(once, data, (), self._described.control_steps)
        # A step leaves bodies and sites where they were before it.
        return self._moment(mjx.kinematics(self._compiled, stepped))

    def _moment(self, data: Any) -> Moment:
        numpy = jax_module().numpy
        observe, ends = self._described.observe, self._described.ends
        obs = numpy.concatenate([data.qpos, data.qvel]) if observe is None else observe(data)
        over = ~(numpy.isfinite(data.qpos).all() & numpy.isfinite(data.qvel).all())
        if ends is not None:
            over = over | numpy.asarray(ends(data), bool).reshape(())
        obs = numpy.asarray(obs, np.float32)
        return Moment(data, obs, numpy.zeros(()), over, recorded(self._described.recorded, data))


def recorded(functions: Mapping[str, Callable[[Any], Any]], data: Any) -> dict[str, Any]:
    """The recorded quantities of one environment."""
    numpy = jax_module().numpy
    return {name: numpy.asarray(function(data)) for name, function in functions.items()}


def _moved(model: Any, position: Any, change: Any) -> Any:
    """Joint positions moved by a small change of each degree of freedom."""
    numpy, mujoco = jax_module().numpy, mujoco_module()
    if model.nq == model.nv:
        return numpy.asarray(position, np.float32) + change
    from mujoco.mjx._src import math

    parts: list[Any] = []
    for kind, at, dof in zip(model.jnt_type, model.jnt_qposadr, model.jnt_dofadr, strict=True):
        free = kind == mujoco.mjtJoint.mjJNT_FREE
        straight = 3 if free else 0 if kind == mujoco.mjtJoint.mjJNT_BALL else 1
        parts.append(position[at : at + straight] + change[dof : dof + straight])
        if straight != 1:
            turn = slice(dof + straight, dof + straight + 3)
            before = numpy.asarray(position[at + straight : at + straight + 4])
            parts.append(math.quat_integrate(before, change[turn], numpy.ones(())))
    return numpy.concatenate(parts).astype(np.float32)
