"""What an author says of a simulator that has no id of its own, or of what is read out of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class TensorSimulator:
    """How an author's simulator on torch tensors is made, and what is read of it in each step."""

    make: Callable[..., Any]
    """`make(identifier, num_envs=, seed=, record=, **options)` gives the simulator; `record` is
    for manager-based ones: a reward term to be given weight 1, which pays nothing."""
    recorded: Mapping[str, Callable[[Any], Any]] = field(
        default_factory=dict[str, Callable[[Any], Any]]
    )
    """Entries of `info`, each a function of the simulator that gives a tensor (num_envs, ...),
    read after the physics and before anything is reset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MjxSimulator:
    """How a MuJoCo model becomes an environment on MJX; functions take the `mjx.Data` of one.

    They are compiled by JAX: `jax.numpy` in place of `numpy`, no branches on values.
    """

    recorded: Mapping[str, Callable[[Any], Any]] = field(
        default_factory=dict[str, Callable[[Any], Any]]
    )
    """Entries of `info`, read after the step: `{"tip": lambda data: data.site_xpos[0]}`."""
    control_steps: int = 1
    """Steps of the physics for one action."""
    position_noise: float = 0.01
    """Joint positions begin within so much of the model's own (rad or m), uniformly."""
    velocity_noise: float = 0.01
    """Joint velocities begin within so much of 0 (rad/s or m/s), uniformly."""
    keyframe: int | None = None
    """The number of the model's keyframe in which episodes begin; None: its first state."""
    time_limit: int = 1000
    """Steps after which an episode is truncated."""
    ends: Callable[[Any], Any] | None = None
    """True where an episode is over for good; one whose state is no number is over anyway."""
    observe: Callable[[Any], Any] | None = None
    """The observation, (size,); joint positions and velocities where it is not given."""
