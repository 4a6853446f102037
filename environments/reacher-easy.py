"""Reacher of DeepMind's control suite: an arm of two links in a plane and a large target.

A step is 0.02 s, an episode lasts 1000 steps (20 s); arm and target begin anywhere.  On Playground
the distance to the target is one step of the physics (0.005 s) old.
"""

import numpy as np

from rewardsmith.environments import Environment, Signal, Task
from rewardsmith.signals import Array, Transitions

_TOUCHING = 0.06


def _to_target(t: Transitions) -> Array:
    return t.next_obs[..., 2:4]


environment = Environment(
    backends={"envpool": "ReacherEasy-v1", "playground": "ReacherEasy"},
    # EnvPool makes one implicit step of 0.02 s of what are four explicit ones on Playground, and
    # the joints are so damped that their velocities then differ by a third.
    tolerance=0.4,
    signals=(
        Signal(
            "to_target",
            "m",
            "from the finger to the target's middle, along x and y",
            _to_target,
            shape=(2,),
        ),
        Signal(
            "distance",
            "m",
            "distance between the finger and the target's middle",
            lambda t: np.linalg.norm(_to_target(t), axis=-1),
            low=0.0,
        ),
        Signal(
            "joint_angles",
            "rad",
            "angles of shoulder and wrist",
            lambda t: t.next_obs[..., 0:2],
            shape=(2,),
        ),
        Signal(
            "joint_velocities",
            "rad/s",
            "angular velocities of shoulder and wrist",
            lambda t: t.next_obs[..., 4:6],
            shape=(2,),
        ),
    ),
    tasks=(
        Task(
            name="reach",
            words="Bring the finger to the target quickly and keep it there.",
            fitness=lambda s: (s.distance <= _TOUCHING) * 1.0,
            reduce="mean",
            unit="part of the time",
            human_reward=lambda s: s.simulator_reward,
            maximum=1.0,
            steps=500_000,
        ),
    ),
)
