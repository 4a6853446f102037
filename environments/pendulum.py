"""Pendulum: a rod that hangs from a motor too weak to lift it at once (0.05 s a step).

An episode lasts 200 steps (10 s) and begins at any angle.
"""

import numpy as np

from rewardsmith.environments import Environment, Signal, Task
from rewardsmith.signals import Array, Transitions

_STANDING = 0.25
_HANGING = -0.9  # cosine: within 26 degrees of straight down
_FAST = 6.0  # rad/s; a swing that comes to rest upright passes the horizontal at 5.5


def _angle(t: Transitions) -> Array:
    return np.arctan2(t.next_obs[..., 1], t.next_obs[..., 0])


environment = Environment(
    backends={"envpool": "Pendulum-v1", "gymnasium": "Pendulum-v1"},
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
            low=-8.0,
            high=8.0,
        ),
        Signal(
            "torque",
            "N m",
            "torque of the motor during this step",
            lambda t: np.clip(t.action[..., 0], -2.0, 2.0),
            low=-2.0,
            high=2.0,
        ),
    ),
    tasks=(
        Task(
            name="swing-up",
            words="Swing the pendulum up and keep it standing upright, still.",
            # The part of the episode's time that the rod stands within 14 degrees of upright.
            fitness=lambda s: (np.abs(s.angle) < _STANDING).astype(np.float32),
            reduce="mean",
            unit="part of the time upright",
            human_reward=lambda s: s.simulator_reward,
            maximum=1.0,
            success=0.5,
            steps=200_000,
            events={
                "hangs": lambda s: s.cos_angle < _HANGING,
                "whirls": lambda s: (s.cos_angle > 0) & (np.abs(s.angular_velocity) > _FAST),
            },
            settings={"rollout": 128, "hidden": (32, 32), "log_deviation": 0.0},
        ),
    ),
)
