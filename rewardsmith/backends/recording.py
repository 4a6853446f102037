"""What is read of a simulator on tensors before it resets, by a reward term or before the reset."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from rewardsmith.errors import EnvironmentUnavailable

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


class Recorder:
    """Reads the recorded quantities and the last observation of environments before their reset."""

    def __init__(self, recorded: Mapping[str, Callable[[Any], Any]]) -> None:
        self._recorded = recorded
        self.observe: Callable[[Any], Any] | None = None
        """Computes the present observations anew; used where some are about to be lost."""
        self.by_term = False
        """Whether the simulator has to call `term` in every step."""
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
        if self.by_term and self._all is None:
            raise EnvironmentUnavailable(
                f"{type(simulator).__name__} never calls `record`: `make` must give it as a reward "
                "term of weight 1, for what is read after a reset is the next episode's"
            )
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


_REMEMBERED = ("_group_obs_term_history_buffer", "_group_obs_term_delay_buffer")
"""Where the observation managers of Isaac Lab and mjlab keep what was observed before."""


def managed_observation(manager: Any, *, moves_on: bool = True) -> Mapping[str, Any]:
    """The policy's observations of Isaac Lab's or mjlab's manager as the step would give them.

    Without `moves_on` those of the present moment, no further step in what is remembered.
    Its `compute` may give those of the step before, and history and delay move on whenever
    observations are computed: here they move on in a copy.
    """
    found = [group for group in GROUPS if group in manager.active_terms]
    kept = {name: getattr(manager, name) for name in _REMEMBERED if hasattr(manager, name)}
    for name, buffers in kept.items():
        setattr(manager, name, copy.deepcopy(buffers))
    try:
        return {group: manager.compute_group(group, update_history=moves_on) for group in found[:1]}
    finally:
        for name, buffers in kept.items():
            setattr(manager, name, buffers)
