"""Environments as pure functions of JAX arrays, and many of them as one compiled program.

A `World` tells how one environment begins and steps.  `Program` does that for a whole batch:
what has ended begins anew in the next step, each environment from random numbers of its own, which
depend on its seed and the number of its episode alone.  Nothing waits for the host.
"""

from __future__ import annotations

import importlib.util
import os
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import platformdirs

from rewardsmith.backends import ActionSpace
from rewardsmith.errors import BackendUnavailable

_FLAGS = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
"""On a processor each worker is one of many, and keeps to its own core."""


class Moment(NamedTuple):
    """An environment between two steps, or a batch of them with a first axis."""

    state: Any
    obs: Any
    reward: Any
    over: Any
    """Whether the episode has ended for good, not by the time limit."""
    info: dict[str, Any]


@dataclass(frozen=True, slots=True)
class World:
    """One environment as pure functions of JAX arrays."""

    identifier: str
    reset: Callable[[Any], Moment]
    """From a random key."""
    step: Callable[[Any, Any], Moment]
    """From a state and an action, (dimensions,)."""
    action_space: ActionSpace
    observation_shape: tuple[int, ...]
    time_limit: int


class Carry(NamedTuple):
    """A batch of environments between two steps; every array has them as its first axis."""

    moment: Moment
    keys: Any
    """(rows, 2), of each environment's seed."""
    episode: Any
    """Episodes begun so far, (rows,)."""
    age: Any
    """Steps of the present episode, (rows,)."""
    ended: Any
    """What begins anew in the next step, (rows,)."""


class Shown(NamedTuple):
    """What one step gives, arrays (rows, ...) on the device."""

    obs: Any
    reward: Any
    terminated: Any
    truncated: Any
    valid: Any
    info: dict[str, Any]


@cache
def jax_module() -> Any:
    """JAX, set up: compiled programs are kept in a cache on disk, memory is taken when needed.

    Raises BackendUnavailable where it is not installed.
    """
    if importlib.util.find_spec("jax") is None or importlib.util.find_spec("mujoco.mjx") is None:
        raise BackendUnavailable(
            "the backends playground and mjx need JAX and MuJoCo MJX: "
            "pip install 'rewardsmith[mjx]', and for a GPU jax[cuda12] as well"
        )
    os.environ.setdefault("XLA_FLAGS", _FLAGS)
    # The trainer's tensors lie on the same GPU; by default JAX takes three quarters of it.
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jax

    folder = platformdirs.user_cache_path("rewardsmith", appauthor=False) / "jax"
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 1.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
    return jax


class Program:
    """A world for batches of one size, compiled when it is first used.

    A step and a beginning are compiled apart, each once: the host, which sees what has ended, asks
    for either (`step`, `begin`); `run` does both without it.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        jax = jax_module()
        self._fresh = jax.jit(self._beginnings)
        self._create, self._merge = jax.jit(_first), jax.jit(_merged)
        self.step = jax.jit(self._step)
        """One step of the rows of a mask, none of which has ended; the others stand still."""
        self.run = jax.jit(self._run)
        """One step of all rows; what has ended begins anew instead.  The batch and `Shown`."""

    def create(self, seeds: Any) -> Carry:
        """The batch of these seeds, (rows,), at the beginning of its first episodes."""
        keys, moment = self._fresh(self._keys(seeds), np.zeros(len(seeds), np.int32))
        return self._create(keys, moment)

    def begin(self, carry: Carry, rows: Any) -> Carry:
        """New episodes in the rows of a mask."""
        _, moment = self._fresh(carry.keys, carry.episode)
        return self._merge(carry, moment, rows)

    def _keys(self, seeds: Any) -> Any:
        jax = jax_module()
        return jax.vmap(jax.random.PRNGKey)(seeds)

    def _beginnings(self, keys: Any, episode: Any) -> tuple[Any, Moment]:
        jax = jax_module()
        each = jax.vmap(jax.random.fold_in)(keys, episode)
        return keys, _plain(jax.vmap(self._world.reset)(each))

    def _stepped(self, carry: Carry, actions: Any) -> Moment:
        jax = jax_module()
        stepped = jax.vmap(self._world.step)(carry.moment.state, actions)
        return _like(stepped, carry.moment)

    def _step(self, carry: Carry, actions: Any, rows: Any) -> tuple[Carry, Shown]:
        after, shown = self._advanced(carry, self._stepped(carry, actions), rows & False)
        return _chosen(rows, after, carry), shown

    def _run(self, carry: Carry, actions: Any) -> tuple[Carry, Shown]:
        stepped = self._stepped(carry, actions)
        # Beginnings are rare and may be dear: computed only when some environment needs one.
        fresh = jax_module().lax.cond(
            carry.ended.any(),
            lambda: _like(self._beginnings(carry.keys, carry.episode)[1], carry.moment),
            lambda: stepped,
        )
        return self._advanced(carry, _chosen(carry.ended, fresh, stepped), carry.ended)

    def _advanced(self, carry: Carry, moment: Moment, begins: Any) -> tuple[Carry, Shown]:
        """The batch at the moment that follows, in which the rows `begins` begin an episode."""
        numpy = jax_module().numpy
        age = numpy.where(begins, 0, carry.age + 1)
        terminated = moment.over & ~begins
        truncated = (age >= self._world.time_limit) & ~terminated
        reward = numpy.where(begins, 0.0, moment.reward)
        shown = Shown(moment.obs, reward, terminated, truncated, ~begins, moment.info)
        episode = carry.episode + begins
        return Carry(moment, carry.keys, episode, age, terminated | truncated), shown


def _first(keys: Any, moment: Moment) -> Carry:
    zeros = jax_module().numpy.zeros(len(keys), np.int32)
    return Carry(moment, keys, zeros + 1, zeros, zeros > 0)


def _merged(carry: Carry, fresh: Moment, rows: Any) -> Carry:
    numpy = jax_module().numpy
    return Carry(
        _chosen(rows, fresh, carry.moment),
        carry.keys,
        carry.episode + rows,
        numpy.where(rows, 0, carry.age),
        carry.ended & ~rows,
    )


def _chosen(rows: Any, left: Any, right: Any) -> Any:
    """Of two batches the rows of `left` where the mask holds, else those of `right`."""
    jax = jax_module()

    def choose(one: Any, other: Any) -> Any:
        mask = rows.reshape(rows.shape + (1,) * (one.ndim - 1))
        return jax.numpy.where(mask, one, other).astype(other.dtype)

    return jax.tree.map(choose, left, right)


def _plain(batch: Any) -> Any:
    """The same with types that no later step changes."""
    return _like(batch, batch)


def _like(batch: Any, other: Any) -> Any:
    """The batch with the types of another."""
    jax = jax_module()

    def convert(one: Any, model: Any) -> Any:
        return jax.lax.convert_element_type(one, model.dtype)

    return jax.tree.map(convert, batch, other)


def batch_seeds(seeds: Sequence[int]) -> Any:
    """Seeds as JAX takes them, (rows,)."""
    return np.array([int(seed) % 2**31 for seed in seeds], np.uint32)
