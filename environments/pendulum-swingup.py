"""Pendulum of DeepMind's control suite: a rod on a motor too weak to lift it at once.

A step is 0.02 s, an episode lasts 1000 steps (20 s) and begins at any angle.  On Playground the
angle is one step of the physics (0.01 s) old.
"""

import numpy as np

from rewardsmith.environments import Environment, Signal, Task
from rewardsmith.signals import Array, Transitions

_UPRIGHT = 0.99


def _angle(t: Transitions) -> Array:
    return np.arctan2(t.next_obs[..., 1], t.next_obs[..., 0])


environment = Environment(
    backends={"envpool": "PendulumSwingup-v1", "playground": "PendulumSwingup"},
    # EnvPool makes one step of 0.02 s of what are two of 0.01 s on Playground.
    tolerance=0.1,
    signals=(
        Signal(
            "cos_angle",
            "",
            "cosine of the rod's angle: 1 upright, -1 hanging",
            lambda t: t.next_obs[..., 0],
            low=-1.0,
            high=1.0,
        ),
        Signal(
            "sin_angle",
            "",
            "sine of the rod's angle: 0 upright or hanging",
            lambda t: t.next_obs[..., 1],
            low=-1.0,
            high=1.0,
        ),
        Signal(
            "angle",
            "rad",
            "angle of the rod from upright, from -pi to pi: 0 upright",
            _angle,
            low=-np.pi,
            high=np.pi,
        ),
        Signal(
            "angular_velocity",
            "rad/s",
            "how fast the rod turns, in the direction in which its angle grows",
            lambda t: t.next_obs[..., 2],
        ),
    ),
    tasks=(
        Task(
            name="swing-up",
            words="Swing the rod up and hold it upright.",
            fitness=lambda s: (s.cos_angle > _UPRIGHT) * 1.0,
            reduce="mean",
            unit="part of the time",
            human_reward=lambda s: s.simulator_reward,
            maximum=1.0,
        ),
    ),
)
