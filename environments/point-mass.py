"""Point mass of DeepMind's control suite: a weight pushed about a plane of 0.58 m (0.02 s a step).

An episode lasts 1000 steps (20 s) and begins anywhere.
"""

import numpy as np

from rewardsmith.environments import Environment, Signal, Task

_RADIUS = 0.015

environment = Environment(
    backends={"envpool": "PointMassEasy-v1", "playground": "PointMass"},
    # Playground integrates the damping explicitly.
    tolerance=0.01,
    signals=(
        Signal(
            "position",
            "m",
            "x and y of the weight; the middle of the plane is 0, 0",
            lambda t: t.next_obs[..., 0:2],
            shape=(2,),
            low=-0.3,  # the walls, at 0.29, give a little
            high=0.3,
        ),
        Signal(
            "velocity",
            "m/s",
            "velocity of the weight along x and y",
            lambda t: t.next_obs[..., 2:4],
            shape=(2,),
        ),
        Signal(
            "distance",
            "m",
            "distance of the weight from the middle of the plane",
            lambda t: np.linalg.norm(t.next_obs[..., 0:2], axis=-1),
            low=0.0,
        ),
    ),
    tasks=(
        Task(
            name="centre",
            words="Bring the weight to the middle of the plane quickly and keep it there.",
            fitness=lambda s: (s.distance <= _RADIUS) * 1.0,
            reduce="mean",
            unit="part of the time",
            human_reward=lambda s: s.simulator_reward,
            maximum=1.0,
            steps=500_000,
        ),
    ),
)
