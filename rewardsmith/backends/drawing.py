"""Drawing: simulators that show what they look like, without a screen."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Protocol

from rewardsmith.backends import VectorEnvironment
from rewardsmith.environments import Environment
from rewardsmith.errors import BackendUnavailable
from rewardsmith.signals import Array

DRAWING = ("envpool", "gymnasium")
"""The backends that can."""
_SCREENLESS = {"MUJOCO_GL": "egl", "SDL_VIDEODRIVER": "dummy"}
"""What MuJoCo and pygame are told, where nobody has told them anything."""


class DrawingEnvironment(VectorEnvironment, Protocol):
    """A vectorised simulator that draws its first environment."""

    def draw(self) -> Array:
        """As it looks now, (height, width, 3) of bytes."""
        ...


def make_drawing_backend(environment: Environment, seeds: Sequence[int]) -> DrawingEnvironment:
    """A simulator that draws; otherwise as `make_backend` makes it, in a process of its own.

    Raises BackendUnavailable where the backend never draws, EnvironmentUnavailable where the
    simulator does not.
    """
    name = environment.chosen_backend
    if name not in DRAWING:
        raise BackendUnavailable(f"the backend {name} draws no frames; {' and '.join(DRAWING)} do")
    for variable, value in _SCREENLESS.items():
        os.environ.setdefault(variable, value)
    if name == "envpool":
        from rewardsmith.backends.envpool import EnvpoolEnvironment

        return EnvpoolEnvironment(environment, seeds, draws=True)
    from rewardsmith.backends.gymnasium import GymnasiumEnvironment

    return GymnasiumEnvironment(environment, seeds, draws=True)
