"""The published surfaces of simulators on tensors: how each steps, resets and lets itself be read.

`isaacgym`  IsaacGymEnvs 1.5.1, `VecTask`: `step` gives `({"obs"}, rew, reset, extras)`; tasks reset
            in `post_physics_step` through `reset_idx`, most of them one step late.  (Isaac Gym's
            own bindings are for Python 3.6 to 3.8; what runs here is a task of that surface.)
`isaaclab`  Isaac Lab 2.3, `ManagerBasedRLEnv` and `DirectRLEnv`: five values, reset in the step.
`mjlab`     mjlab 1.6, `ManagerBasedRlEnv`: as Isaac Lab's manager-based one.
`maniskill` ManiSkill 3, `BaseEnv`: five values; resets only those of `options={"env_idx": ...}`,
            its time limit in the wrapper of `gymnasium.make`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from rewardsmith.environments import TensorSimulator
from rewardsmith.errors import EnvironmentUnavailable
from rewardsmith.signals import Array

GROUPS = ("policy", "actor", "obs")
"""Names under which simulators keep the observation that a policy gets."""


def observation_of(given: Any) -> torch.Tensor:
    """The policy's observations, (environments, size), of what a simulator returned."""
    if isinstance(given, Mapping):
        named: Mapping[str, Any] = given
        found = [named[group] for group in GROUPS if group in named]
        given = found[0] if found else None
    if not isinstance(given, torch.Tensor):
        raise EnvironmentUnavailable(
            f"the simulator gives no tensor of observations under any of {', '.join(GROUPS)}"
        )
    return given.reshape(len(given), -1)


@dataclass(slots=True)
class Seen:
    """What was read of the simulator in one step, before anything was reset."""

    values: dict[str, torch.Tensor] = field(default_factory=dict[str, torch.Tensor])
    obs: torch.Tensor | None = None


@dataclass(frozen=True, slots=True)
class Stepped:
    """What a simulator gave for one step of all environments, tensors (environments, ...)."""

    obs: torch.Tensor
    """Where an episode was reset in the step, the next one's first."""
    reward: torch.Tensor
    terminated: torch.Tensor
    truncated: torch.Tensor


class Recorder:
    """Reads the recorded quantities and the last observation of environments before their reset."""

    def __init__(self, recorded: Mapping[str, Callable[[Any], Any]]) -> None:
        self._recorded = recorded
        self.observe: Callable[[Any], Any] | None = None
        """Computes the present observations anew; used where some are about to be lost."""
        self._all: Seen | None = None
        self._rows: list[tuple[torch.Tensor, Seen]] = []
        self._owed: set[int] = set()
        self._stepping = False

    def begin(self, owed: Iterable[int] = ()) -> None:
        """A step begins; `owed` are the environments whose last episode is not reset yet."""
        self._all, self._rows, self._owed = None, [], set(owed)
        self._stepping = True

    def term(self, simulator: Any) -> torch.Tensor:
        """The reward term: reads everything, pays 0, (environments,).  Give it weight 1."""
        ended = getattr(simulator, "reset_buf", None)
        losing = isinstance(ended, torch.Tensor) and bool(ended.any())
        self._all = self._read(simulator, losing=losing)
        return torch.zeros(simulator.num_envs, device=simulator.device)

    def before_reset(self, simulator: Any, rows: torch.Tensor) -> None:
        """Those environments are about to be reset; outside a step nothing is lost by it."""
        if not self._stepping:
            return
        chosen = [row for row in torch.as_tensor(rows).flatten().tolist() if row not in self._owed]
        if self._all is None and chosen:
            rows = torch.tensor(chosen, device=simulator.device)
            seen = self._read(simulator, losing=True)
            kept = {name: value[rows] for name, value in seen.values.items()}
            last = None if seen.obs is None else seen.obs[rows]
            self._rows.append((rows, Seen(kept, last)))

    def lost(self) -> list[int]:
        """The environments whose last state was read because a reset was about to take it."""
        return [row for rows, _ in self._rows for row in rows.tolist()]

    def finish(self, simulator: Any, obs: torch.Tensor) -> tuple[Seen, torch.Tensor]:
        """What the step's transitions saw; and their observations, the lost ones put back."""
        self._stepping = False
        seen = self._all or self._read(simulator, losing=False)
        last = obs.clone()
        if seen.obs is not None:
            ended = simulator.reset_buf.bool()
            last[ended] = seen.obs[ended]
        for rows, lost in self._rows:
            for name, value in lost.values.items():
                seen.values[name][rows] = value
            if lost.obs is not None:
                last[rows] = lost.obs
        return seen, last

    def _read(self, simulator: Any, *, losing: bool) -> Seen:
        values: dict[str, torch.Tensor] = {}
        for name, function in self._recorded.items():
            try:
                values[name] = torch.as_tensor(function(simulator)).detach().clone()
            except Exception as error:
                raise EnvironmentUnavailable(
                    f"recorded quantity {name!r} cannot be read: {type(error).__name__}: {error}"
                ) from error
        if not losing or self.observe is None:
            return Seen(values)
        return Seen(values, observation_of(self.observe(simulator)).detach().clone())


class Surface:
    """A simulator whose `step` gives five values and that resets within it: Isaac Lab, mjlab."""

    def __init__(self, described: TensorSimulator, arguments: Mapping[str, Any]) -> None:
        self.recorder = Recorder(described.recorded)
        self.outermost: Any = described.make(record=self.recorder.term, **arguments)
        self.simulator: Any = getattr(self.outermost, "unwrapped", self.outermost)
        self._attach()

    def _attach(self) -> None:
        """See to it that things are read before a reset."""
        manager = getattr(self.simulator, "observation_manager", None)
        if manager is not None:
            self.recorder.observe = lambda _: manager.compute()
            return
        self.recorder.observe = lambda simulator: simulator._get_observations()  # noqa: SLF001
        _before(self.simulator, "_reset_idx", self.recorder)

    @property
    def action_space(self) -> Any:
        """One environment's actions."""
        single = getattr(self.simulator, "single_action_space", None)
        return self.simulator.action_space if single is None else single

    @property
    def time_limit(self) -> int | None:
        """Steps after which episodes are truncated."""
        limit = getattr(self.simulator, "max_episode_length", None)
        return None if limit is None else int(limit)

    def reset(self) -> torch.Tensor:
        """Begin all episodes."""
        return observation_of(self.simulator.reset()[0])

    def reset_rows(self, rows: torch.Tensor) -> torch.Tensor:
        """Begin episodes in the middle of others; observations of all environments."""
        raise EnvironmentUnavailable(
            f"{type(self.simulator).__name__} resets only what has ended, not environments "
            f"{rows.tolist()}"
        )

    def owes(self, ended: Array) -> Array:
        """Which of those that ended in the step were not reset within it."""
        return np.zeros_like(ended)

    def pay(self, owed: torch.Tensor, stepped: Stepped) -> Stepped:
        """The step after what was owed before it is reset, if it is not yet."""
        del owed
        return stepped

    def step(self, actions: torch.Tensor) -> Stepped:
        """One step of all environments."""
        obs, reward, terminated, truncated, _ = self.simulator.step(actions)
        return Stepped(observation_of(obs), reward, terminated.bool(), truncated.bool())


class VecTaskSurface(Surface):
    """Isaac Gym's `VecTask`, of tasks that reset in the step and of those that do it later."""

    def _attach(self) -> None:
        if callable(getattr(self.simulator, "compute_observations", None)):
            self.recorder.observe = _computed
        _before(self.simulator, "reset_idx", self.recorder)

    def owes(self, ended: Array) -> Array:
        """Those that the task did not reset in the step."""
        owed = ended.copy()
        owed[self.recorder.lost()] = False
        return owed

    def reset(self) -> torch.Tensor:
        """Begin all episodes: a fresh `VecTask` marks every environment for its first step."""
        everything = torch.arange(self.simulator.num_envs, device=self.simulator.device)
        return self.reset_rows(everything)

    def reset_rows(self, rows: torch.Tensor) -> torch.Tensor:
        """Begin episodes in those; observations of all environments."""
        if self.recorder.observe is None:
            return super().reset_rows(rows)
        self.simulator.reset_idx(rows)
        self.simulator.reset_buf[rows] = 0
        return observation_of(self.recorder.observe(self.simulator))

    def step(self, actions: torch.Tensor) -> Stepped:
        """One step of all environments."""
        obs, reward, ended, extras = self.simulator.step(actions)
        ended = ended.bool()
        truncated = extras["time_outs"].bool() & ended
        return Stepped(observation_of(obs), reward, ended & ~truncated, truncated)


class ManiSkillSurface(Surface):
    """ManiSkill's `BaseEnv` in its wrappers, which resets only what it is told to.

    The time limit is the work of a wrapper that `gymnasium.make` adds, so the wrappers are stepped,
    not the simulator in them.
    """

    def _attach(self) -> None:
        """Nothing is ever lost, once ManiSkill's vector wrapper leaves resets to us."""
        if getattr(self.outermost, "auto_reset", False):
            self.outermost.auto_reset = False

    @property
    def action_space(self) -> Any:
        """One environment's actions, as the outermost wrapper that has any says."""
        found = getattr(self.outermost, "get_wrapper_attr", None)
        return super().action_space if found is None else found("single_action_space")

    def step(self, actions: torch.Tensor) -> Stepped:
        """One step of all environments, truncated by the time limit with or without a wrapper."""
        obs, reward, terminated, truncated, _ = self.outermost.step(actions)
        truncated = torch.as_tensor(truncated, device=terminated.device).bool()
        if self.time_limit is not None:
            truncated = truncated | (self.simulator.elapsed_steps >= self.time_limit)
        return Stepped(observation_of(obs), reward, terminated.bool(), truncated)

    def reset(self) -> torch.Tensor:
        """Begin all episodes."""
        return observation_of(self.outermost.reset()[0])

    def owes(self, ended: Array) -> Array:
        """All that have ended wait for their reset."""
        return ended

    def pay(self, owed: torch.Tensor, stepped: Stepped) -> Stepped:
        """Reset what was owed, now that the others have stepped."""
        if not len(owed):
            return stepped
        obs, terminated, truncated = (
            part.clone() for part in (stepped.obs, stepped.terminated, stepped.truncated)
        )
        obs[owed] = self.reset_rows(owed)[owed]
        terminated[owed] = truncated[owed] = False
        return Stepped(obs, stepped.reward, terminated, truncated)

    @property
    def time_limit(self) -> int | None:
        """Steps after which episodes are truncated, from the registered specification."""
        limit = getattr(getattr(self.outermost, "spec", None), "max_episode_steps", None)
        return None if limit is None else int(limit)

    def reset_rows(self, rows: torch.Tensor) -> torch.Tensor:
        """Begin episodes in those; observations of all environments."""
        return observation_of(self.outermost.reset(options={"env_idx": rows})[0])


def _computed(simulator: Any) -> torch.Tensor:
    simulator.compute_observations()
    clip = getattr(simulator, "clip_obs", np.inf)
    return simulator.obs_buf.clamp(-clip, clip)


def _before(simulator: Any, name: str, recorder: Recorder) -> None:
    """Let the recorder look before each call of the simulator's own method `name(rows)`."""
    method = getattr(simulator, name)

    def reset(rows: Any, *arguments: Any, **named: Any) -> Any:
        recorder.before_reset(simulator, rows)
        return method(rows, *arguments, **named)

    setattr(simulator, name, reset)


SURFACES: Mapping[str, type[Surface]] = {
    "isaacgym": VecTaskSurface,
    "isaaclab": Surface,
    "mjlab": Surface,
    "maniskill": ManiSkillSurface,
}
