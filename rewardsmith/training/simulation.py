"""Simulators stepped in blocks: what a stack's environments went through, as arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from rewardsmith.backends import ActionSpace, VectorEnvironment, VectorStep, make_backend
from rewardsmith.environments import Environment
from rewardsmith.signals import Array, Transitions

SEED_LIMIT = 2**31
SIMULATOR_SEED = "simulator_seed"
"""With it and its actions a saved episode can be played again; -1 where it was not the first."""


class Actions:
    """Turns what a policy puts out into actions of the simulator."""

    def __init__(self, space: ActionSpace) -> None:
        self.space = space
        self.outputs = space.count or max(1, int(np.prod(space.shape)))
        """How many numbers a policy puts out."""
        self._low = np.asarray(space.low, np.float32)
        self._high = np.asarray(space.high, np.float32)
        bounded = np.isfinite(self._low) & np.isfinite(self._high)
        with np.errstate(invalid="ignore"):
            middle, half = (self._low + self._high) / 2.0, (self._high - self._low) / 2.0
        self.middle: Array = np.where(bounded, middle, np.float32(0.0))
        """Middle of the box; 0 in dimensions that have no bounds."""
        self.half: Array = np.where(bounded, half, np.float32(1.0))
        """Half-width of the box; 1 in dimensions that have no bounds."""

    def to_simulator(self, chosen: Array) -> Array:
        """Actions of the simulator, (environments, ...), from (environments, outputs).

        Discrete: the index of the largest.  Continuous: in half-widths, clipped to the box.
        """
        if self.space.discrete:
            return chosen.argmax(axis=-1)
        wanted = self.middle + self.half * chosen
        return np.clip(wanted, self._low, self._high).reshape(-1, *self.space.shape)


def environment_seeds(member: int, stream: int, count: int, part: int = 0) -> list[int]:
    """The simulators' seeds of a member in one part of its training, `count` of them."""
    words = np.random.SeedSequence([member, stream, part]).generate_state(count)
    return [int(word) % SEED_LIMIT for word in words]


class Block:
    """Transitions in time's order, (steps, environments, ...); used again for the next block."""

    def __init__(self, steps: int, obs: Array, actions: Array) -> None:
        environments = len(obs)
        batch = (steps, environments)
        self.steps = steps
        self.obs = np.zeros((steps + 1, *obs.shape), np.float32)
        self.action = np.zeros((steps, *actions.shape), actions.dtype)
        self.terminated = np.zeros(batch, np.bool_)
        self.truncated = np.zeros(batch, np.bool_)
        self.valid = np.zeros(batch, np.bool_)
        self.episode_step = np.zeros(batch, np.int64)
        self.simulator_reward = np.zeros(batch, np.float64)
        self.info: dict[str, Array] = {}

    def write(self, step: int, rows: Array | slice, result: VectorStep) -> None:
        """Write one step's result into those rows."""
        self.obs[step + 1, rows] = result.obs
        self.terminated[step, rows] = result.terminated
        self.truncated[step, rows] = result.truncated & ~np.asarray(result.terminated)
        self.valid[step, rows] = result.valid
        self.simulator_reward[step, rows] = result.simulator_reward
        for name, value in result.info.items():
            if name not in self.info:
                shape = (*self.valid.shape, *value.shape[1:])
                self.info[name] = np.zeros(shape, value.dtype)
            self.info[name][step, rows] = value

    @property
    def ended(self) -> Array:
        """Where an episode ended, (steps, environments)."""
        return self.terminated | self.truncated

    def keep(self, columns: Array) -> Block:
        """A copy of those environments' columns."""
        kept = Block(self.steps, self.obs[0, columns], self.action[0, columns])
        for name in ("obs", "action", "terminated", "truncated", "valid", "episode_step"):
            setattr(kept, name, getattr(self, name)[:, columns])
        kept.simulator_reward = self.simulator_reward[:, columns]
        kept.info = {name: value[:, columns] for name, value in self.info.items()}
        return kept

    def transitions(self) -> Transitions:
        """The block as a signal reads it."""
        return Transitions(
            obs=self.obs[:-1],
            next_obs=self.obs[1:],
            action=self.action,
            terminated=self.terminated,
            truncated=self.truncated,
            episode_step=self.episode_step,
            simulator_reward=self.simulator_reward,
            info=self.info,
        )


class Simulation:
    """All environments of a stack, member after member, between two blocks."""

    def __init__(
        self,
        environment: Environment,
        seeds: Sequence[int],
        backend: VectorEnvironment | None = None,
    ) -> None:
        self._backend = backend or make_backend(environment, seeds)
        self.actions = Actions(self._backend.action_space)
        self.obs = self._backend.reset()
        self._indices: Array | None = None
        self._age = np.zeros(len(seeds), np.int64)
        self._block: Block | None = None

    @property
    def inputs(self) -> int:
        """Numbers in one observation."""
        return int(np.prod(self._backend.observation_shape))

    @property
    def observation_shape(self) -> tuple[int, ...]:
        """The shape of one observation."""
        return self._backend.observation_shape

    @property
    def time_limit(self) -> int | None:
        """Steps after which an episode is truncated; None where there is no limit."""
        return self._backend.time_limit

    def run(self, steps: int, act: Callable[[int], Array]) -> Block:
        """Step all environments; `act` gives the actions of each step, (environments, ...)."""
        for step in range(steps):
            actions = act(step)
            block = self._begin(step, steps, actions)
            result = self._backend.step(actions, self._indices)
            block.write(step, slice(None), result)
            self._finish(step, block, slice(None))
        assert self._block is not None  # noqa: S101  there is at least one step
        return self._block

    def run_some(self, steps: int, act: Callable[[int], Array], episodes: Array) -> Block:
        """As `run`, but an environment stands still when its number of `episodes` is used up.

        `episodes` counts down; where it is 0 rows repeat the last observation and are not valid.
        """
        for step in range(steps):
            actions = act(step)
            block = self._begin(step, steps, actions)
            block.obs[step + 1] = self.obs
            for part in (block.terminated, block.truncated, block.valid):
                part[step] = False
            moving = np.flatnonzero(episodes)
            if len(moving):
                block.write(step, moving, self._backend.step(actions[moving], moving))
            self._finish(step, block, slice(None))
            episodes -= block.ended[step]
        assert self._block is not None  # noqa: S101  there is at least one step
        return self._block

    def _begin(self, step: int, steps: int, actions: Array) -> Block:
        if self._block is None or self._block.steps != steps:
            self._block = Block(steps, self.obs, actions)
        if step == 0:
            self._block.obs[0] = self.obs
        self._block.action[step] = actions
        return self._block

    def _finish(self, step: int, block: Block, rows: slice) -> None:
        valid = block.valid[step, rows]
        block.episode_step[step] = np.where(valid, self._age, 0)
        self._age = np.where(valid & ~block.ended[step], self._age + 1, 0)
        self.obs = block.obs[step + 1]

    def keep(self, columns: Array) -> None:
        """Step only those environments from now on."""
        present = np.arange(len(self.obs)) if self._indices is None else self._indices
        self._indices = present[columns]
        self.obs, self._age = self.obs[columns].copy(), self._age[columns]
        self._block = None

    def close(self) -> None:
        """End the simulators."""
        self._backend.close()
