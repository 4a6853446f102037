"""Acrobot: two links hang from a pivot, the motor between them is too weak to lift them at once.

The actions turn the lower link with -1 (0), 0 (1) or +1 (2) N m.  An episode ends when the tip
is one link's length above the pivot, or after 500 steps.
"""

import numpy as np

from rewardsmith.environments import Environment, Signal, Task
from rewardsmith.signals import Array, SignalView, Transitions


def _tip_height(t: Transitions) -> Array:
    cos1, sin1, cos2, sin2 = (t.next_obs[..., i] for i in range(4))
    return -cos1 - (cos1 * cos2 - sin1 * sin2)


def _earliness(s: SignalView) -> Array:
    return np.where(s.terminated, 1.0 - s.episode_step / 500.0, 0.0).astype(np.float32)


environment = Environment(
    backends={"envpool": "Acrobot-v1"},
    signals=(
        Signal(
            "tip_height",
            "link lengths",
            "height of the lower link's tip above the pivot: -2 hanging, 2 upright",
            _tip_height,
            low=-2.0,
            high=2.0,
        ),
        Signal(
            "upper_height",
            "link lengths",
            "height of the joint between the links above the pivot",
            lambda t: -t.next_obs[..., 0],
            low=-1.0,
            high=1.0,
        ),
        Signal(
            "upper_velocity",
            "rad/s",
            "angular velocity of the upper link",
            lambda t: t.next_obs[..., 4],
            low=-12.6,
            high=12.6,
        ),
        Signal(
            "lower_velocity",
            "rad/s",
            "angular velocity of the lower link against the upper one",
            lambda t: t.next_obs[..., 5],
            low=-28.3,
            high=28.3,
        ),
    ),
    tasks=(
        Task(
            name="swing-up",
            words="Swing the tip of the lower link above the line as early as you can.",
            # What is left of the 500 steps when the line is reached.
            fitness=_earliness,
            reduce="sum",
            unit="part of the time left",
            human_reward=lambda s: s.simulator_reward,
            steps=60_000,
            settings={"hidden": (32, 32)},
        ),
    ),
)
