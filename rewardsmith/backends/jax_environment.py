"""A batch of worlds behind our protocol of NumPy arrays: backends `playground` and `mjx`.

On a processor a batch is stepped in pieces of one size, so that an environment's numbers do not
depend on how many others there are, and one compiled program serves every stack.  On a GPU all are
stepped at once; rows are then equal in distribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from functools import lru_cache

import numpy as np

from rewardsmith.backends import ActionSpace, VectorStep
from rewardsmith.backends.mjx import mjx_world
from rewardsmith.backends.playground import playground_world
from rewardsmith.backends.worlds import Carry, Program, Shown, World, batch_seeds, jax_module
from rewardsmith.environments import Environment
from rewardsmith.errors import EnvironmentUnavailable
from rewardsmith.pulse import beat
from rewardsmith.signals import Array

PIECE = 16
"""Environments of one piece on a processor: whole vector registers."""


class JaxEnvironment:
    """Copies of a world, one for each seed."""

    action_space: ActionSpace

    def __init__(self, environment: Environment, seeds: Sequence[int]) -> None:
        self._world, self._program = compiled(environment)
        self.num_envs = len(seeds)
        self.action_space = self._world.action_space
        self.observation_shape = self._world.observation_shape
        self.time_limit: int | None = self._world.time_limit
        on_processor = jax_module().devices()[0].platform == "cpu"
        self._size = PIECE if on_processor else self.num_envs
        padded = [*seeds, *range(-self.num_envs % self._size)]
        cut = range(0, len(padded), self._size)
        self._seeds = [padded[start : start + self._size] for start in cut]
        self._pieces: list[Carry | None] = [None for _ in cut]
        self._ended = [np.zeros(self._size, np.bool_) for _ in cut]
        self._low, self._high = (
            np.asarray(bound, np.float32)
            for bound in (self.action_space.low, self.action_space.high)
        )

    def reset(self, indices: Array | None = None) -> Array:
        """Observations at the start of an episode, of all environments or those of `indices`."""
        rows = np.arange(self.num_envs) if indices is None else np.asarray(indices)
        obs = np.zeros((self.num_envs, *self.observation_shape), np.float32)
        for number, (part, mask) in enumerate(self._cut(rows)):
            if mask.any():
                shown = self._reset_piece(number, mask)
                obs[part] = shown[: len(obs[part])]
        return obs[rows]

    def _reset_piece(self, number: int, mask: Array) -> Array:
        beat()
        try:
            carry = self._pieces[number]
            if carry is None:
                carry = self._program.create(batch_seeds(self._seeds[number]))
            else:
                carry = self._program.begin(carry, mask)
        except Exception as error:
            raise self._broken(error) from error
        self._pieces[number] = carry
        self._ended[number][mask] = False
        beat()
        return np.asarray(carry.moment.obs)

    def step(self, actions: Array, indices: Array | None = None) -> VectorStep:
        """Step all environments, or those of `indices` only, which leaves the others untouched."""
        rows = np.arange(self.num_envs) if indices is None else np.asarray(indices)
        shape = (len(self._pieces) * self._size, *self.action_space.shape)
        taken = np.zeros(shape, np.float32)
        taken[rows] = np.clip(np.asarray(actions, np.float32), self._low, self._high)
        pieces: list[VectorStep] = []
        for number, (_, mask) in enumerate(self._cut(rows)):
            if mask.any():
                start = number * self._size
                actions = taken[start : start + self._size]
                pieces.append(self._step_piece(number, actions, mask))
        return _joined(pieces)

    def _step_piece(self, number: int, actions: Array, mask: Array) -> VectorStep:
        """The wanted rows of one piece; those that have ended only begin anew."""
        carry, begins = self._pieces[number], self._ended[number] & mask
        if carry is None:
            raise EnvironmentUnavailable(f"{self._world.identifier} is stepped before its reset")
        beat()
        try:
            carry, shown = self._program.step(carry, actions, mask & ~begins)
            if begins.any():
                carry = self._program.begin(carry, begins)
        except Exception as error:
            raise self._broken(error) from error
        self._pieces[number] = carry
        result = _read(shown, begins, carry)
        self._ended[number][mask] = (result.terminated | result.truncated)[mask]
        return _rows(result, mask)

    def close(self) -> None:
        """Let go of the environments' states."""
        self._pieces = [None for _ in self._pieces]

    def _cut(self, rows: Array) -> list[tuple[slice, Array]]:
        """For each piece, which environments it holds and which of its rows are wanted."""
        wanted = np.zeros(len(self._pieces) * self._size, np.bool_)
        wanted[rows] = True
        starts = range(0, len(wanted), self._size)
        return [
            (slice(s, min(s + self._size, self.num_envs)), wanted[s : s + self._size])
            for s in starts
        ]

    def _broken(self, error: Exception) -> EnvironmentUnavailable:
        return EnvironmentUnavailable(
            f"{self._world.identifier} broke: {type(error).__name__}: {error}"
        )


@lru_cache(maxsize=8)
def _compiled(key: _Key) -> tuple[World, Program]:
    worlds = {"playground": playground_world, "mjx": mjx_world}
    world = worlds[key.environment.chosen_backend](key.environment)
    return world, Program(world)


def compiled(environment: Environment) -> tuple[World, Program]:
    """The world of an environment and its program, one for the whole process.

    Training, evaluation and every part of them use the same, so that it is compiled once.
    """
    return _compiled(_Key(environment))


class _Key:
    """Environments alike in all that the simulator depends on."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        backend = environment.chosen_backend
        options = repr(sorted(environment.task.options.items()))
        # Of an environment's file, which is executed anew for every job, the source says it all.
        source = environment.specification.get("source") or id(environment.simulator)
        self._parts = (backend, environment.backends[backend], options, source)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._parts == other._parts

    def __hash__(self) -> int:
        return hash(self._parts)


def _read(shown: Shown, begins: Array, carry: Carry) -> VectorStep:
    """A piece's step as NumPy arrays, with what its beginnings show."""
    if begins.any():
        begun = begins.reshape(begins.shape + (1,) * (shown.obs.ndim - 1))
        obs = np.where(begun, carry.moment.obs, shown.obs)
    else:
        obs = np.asarray(shown.obs)
    return VectorStep(
        obs=obs.astype(np.float32, copy=False),
        simulator_reward=np.where(begins, 0.0, shown.reward),
        terminated=np.asarray(shown.terminated) & ~begins,
        truncated=np.asarray(shown.truncated) & ~begins,
        valid=~begins,
        info={name: np.asarray(value) for name, value in shown.info.items()},
    )


def _rows(step: VectorStep, mask: Array) -> VectorStep:
    parts = {f.name: getattr(step, f.name) for f in fields(step) if f.name != "info"}
    info = {name: value[mask] for name, value in step.info.items()}
    return VectorStep(**{name: part[mask] for name, part in parts.items()}, info=info)


def _joined(pieces: Sequence[VectorStep]) -> VectorStep:
    """The rows of all pieces as one step."""
    names = [f.name for f in fields(VectorStep) if f.name != "info"]
    parts = {name: np.concatenate([getattr(piece, name) for piece in pieces]) for name in names}
    info = {name: np.concatenate([p.info[name] for p in pieces]) for name in pieces[0].info}
    return VectorStep(**parts, info=info)
