"""Cheetah of DeepMind's control suite: a planar two-legged robot on flat ground (0.01 s a step).

An episode lasts 1000 steps (10 s).
"""

import numpy as np

from rewardsmith.environments import Environment, Signal, Task

_SECONDS = 0.01

environment = Environment(
    backends={"envpool": "CheetahRun-v1", "playground": "CheetahRun"},
    # Playground's solver of contacts makes few iterations, and damping is explicit there.
    tolerance=0.25,
    signals=(
        Signal(
            "forward_velocity",
            "m/s",
            "velocity of the torso along +x",
            lambda t: t.next_obs[..., 8],
        ),
        Signal(
            "height",
            "m",
            "height of the torso above where it stands at rest",
            lambda t: t.next_obs[..., 0],
        ),
        Signal(
            "pitch",
            "rad",
            "angle of the torso: 0 level, positive nose down; it goes on beyond a whole turn",
            lambda t: t.next_obs[..., 1],
        ),
        Signal(
            "vertical_velocity",
            "m/s",
            "velocity of the torso upwards",
            lambda t: t.next_obs[..., 9],
        ),
        Signal(
            "pitch_velocity",
            "rad/s",
            "angular velocity of the torso",
            lambda t: t.next_obs[..., 10],
        ),
        Signal(
            "joint_angles",
            "rad",
            "angles of the back thigh, shin and foot and of the front thigh, shin and foot",
            lambda t: t.next_obs[..., 2:8],
            shape=(6,),
        ),
        Signal(
            "joint_velocities",
            "rad/s",
            "angular velocities of the same joints",
            lambda t: t.next_obs[..., 11:17],
            shape=(6,),
        ),
    ),
    tasks=(
        Task(
            name="run",
            words="Make the robot run forward, along +x, as fast as it can.",
            fitness=lambda s: s.forward_velocity * _SECONDS,
            reduce="sum",
            unit="m",
            human_reward=lambda s: s.simulator_reward,
            events={"on_its_back": lambda s: np.cos(s.pitch) < 0},
        ),
    ),
)
