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

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from rewardsmith.backends.recording import Recorder, managed_observation, observation_of
from rewardsmith.environments import TensorSimulator
from rewardsmith.errors import EnvironmentUnavailable
from rewardsmith.signals import Array


@dataclass(frozen=True, slots=True)
class Stepped:
    """What a simulator gave for one step of all environments, tensors (environments, ...)."""

    obs: torch.Tensor
    """Where an episode was reset in the step, the next one's first."""
    reward: torch.Tensor
    terminated: torch.Tensor
    truncated: torch.Tensor


class Surface:
    """A simulator whose `step` gives five values and that resets within it: Isaac Lab, mjlab."""

    counter = "episode_length_buf"
    """The simulator's own steps of the running episodes, by which it knows its time limit."""

    def __init__(self, described: TensorSimulator, arguments: Mapping[str, Any]) -> None:
        self.recorder = Recorder(described.recorded)
        self.outermost: Any = described.make(record=self._term(), **arguments)
        self.simulator: Any = getattr(self.outermost, "unwrapped", self.outermost)
        self._attach()

    def _term(self) -> Callable[[Any], torch.Tensor]:
        """The reward term: a plain function, for managers copy what they are configured with."""
        recorder = self.recorder

        def record(simulator: Any) -> torch.Tensor:
            return recorder.term(simulator)

        return record

    def _attach(self) -> None:
        """See to it that things are read before a reset."""
        manager = getattr(self.simulator, "observation_manager", None)
        if manager is not None:
            self.recorder.observe = lambda _: managed_observation(manager)
            self.recorder.by_term = True
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

    @property
    def count(self) -> torch.Tensor | None:
        """Steps of the running episodes, (environments,); None where the simulator counts none."""
        return getattr(self.simulator, self.counter, None)

    def count_from(self, steps: torch.Tensor) -> None:
        """Let the simulator count on from `steps`, so that its own limit ends the episodes."""
        setattr(self.simulator, self.counter, steps.clone())

    def present(self) -> torch.Tensor | None:
        """The observations computed anew, (environments, size); None where they cannot be."""
        manager = getattr(self.simulator, "observation_manager", None)
        if manager is not None:
            return observation_of(managed_observation(manager, moves_on=False))
        return observation_of(self.simulator._get_observations())  # noqa: SLF001

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

    counter = "progress_buf"

    def _attach(self) -> None:
        if not callable(getattr(self.simulator, "compute_observations", None)):
            raise EnvironmentUnavailable(
                f"{type(self.simulator).__name__} has no compute_observations(), by which the last "
                "observation of an episode is read before its reset; give it one that fills obs_buf"
            )
        self.recorder.observe = _computed
        _before(self.simulator, "reset_idx", self.recorder)

    def present(self) -> torch.Tensor | None:
        """The observations computed anew, clipped as in a step."""
        return observation_of(_computed(self.simulator))

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
        self.simulator.reset_idx(rows)
        self.simulator.reset_buf[rows] = 0
        return observation_of(_computed(self.simulator))

    def step(self, actions: torch.Tensor) -> Stepped:
        """One step of all environments."""
        obs, reward, ended, extras = self.simulator.step(actions)
        ended, time_outs = ended.bool(), extras.get("time_outs")
        if time_outs is None:
            raise EnvironmentUnavailable(
                f"{type(self.simulator).__name__} tells no time_outs in its extras, and a time "
                "limit cannot be told from an end for good; put them there, (num_envs,)"
            )
        truncated = time_outs.bool() & ended
        return Stepped(observation_of(obs), reward, ended & ~truncated, truncated)


class ManiSkillSurface(Surface):
    """ManiSkill's `BaseEnv` in its wrappers, which resets only what it is told to.

    The time limit is the work of a wrapper that `gymnasium.make` adds, so the wrappers are stepped,
    not the simulator in them.
    """

    counter = "elapsed_steps"

    def count_from(self, steps: torch.Tensor) -> None:
        """Into the simulator's own tensor: `elapsed_steps` can only be read."""
        self.simulator.elapsed_steps[:] = steps

    def present(self) -> torch.Tensor | None:
        """None: its wrappers make the observations that it is asked for, in their steps alone."""
        return None

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
