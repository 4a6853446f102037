"""Acrobot of DeepMind's control suite: two rods, a motor in the joint between them (0.01 s a step).

Each rod is 1 m long and the upper one turns about a point 2 m above the ground.  An episode lasts
1000 steps (10 s) and begins in any posture.  On Playground the rods' directions are one step of the
physics old.
"""

import numpy as np

from rewardsmith.environments import Environment, Signal, Task
from rewardsmith.signals import Array, SignalView, Transitions

_RADIUS = 0.2
_HIGHEST = 4.0
_PIVOT = 2.0  # m above the ground


def _tip_height(t: Transitions) -> Array:
    return _PIVOT + t.next_obs[..., 2] + t.next_obs[..., 3]


def _distance(s: SignalView) -> Array:
    return np.hypot(s.tip_x, _HIGHEST - s.tip_height)


environment = Environment(
    backends={"envpool": "AcrobotSwingup-v1", "playground": "AcrobotSwingup"},
    # EnvPool integrates by Runge-Kutta, Playground by Euler's method.
    tolerance=0.08,
    signals=(
        Signal(
            "tip_x",
            "m",
            "horizontal distance of the lower rod's tip from the pivot, along +x",
            lambda t: t.next_obs[..., 0] + t.next_obs[..., 1],
            low=-2.0,
            high=2.0,
        ),
        Signal(
            "tip_height",
            "m",
            "height of the lower rod's tip above the ground",
            _tip_height,
            low=0.0,
            high=_HIGHEST,
        ),
        Signal(
            "uprightness",
            "",
            "cosines of the upper and of the lower rod's angle: 1 pointing up, -1 down",
            lambda t: t.next_obs[..., 2:4],
            shape=(2,),
            low=-1.0,
            high=1.0,
        ),
        Signal(
            "joint_velocities",
            "rad/s",
            "angular velocities of the pivot and of the joint between the rods",
            lambda t: t.next_obs[..., 4:6],
            shape=(2,),
        ),
    ),
    tasks=(
        Task(
            name="swing-up",
            words="Swing both rods up and keep the tip of the lower one at its highest point.",
            fitness=lambda s: (_distance(s) <= _RADIUS) * 1.0,
            reduce="mean",
            unit="part of the time",
            human_reward=lambda s: s.simulator_reward,
            maximum=1.0,
            steps=2_000_000,
        ),
    ),
)
