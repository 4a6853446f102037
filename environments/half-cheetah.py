"""Half-cheetah: a two-legged runner in the vertical plane (MuJoCo, 0.05 s a step).

It cannot fall over for good: an episode lasts 1,000 steps (50 s).  The six actions drive the
joints back thigh, shin, foot, front thigh, shin, foot, each from -1 to 1.
"""

import numpy as np

from rewardsmith.environments import Environment, Signal, Task

_SECONDS = 0.05
_TORSO = 0.7  # height of the torso where its coordinate is 0

environment = Environment(
    backends={"envpool": "HalfCheetah-v5", "gymnasium": "HalfCheetah-v5"},
    signals=(
        Signal(
            "forward_velocity",
            "m/s",
            "mean velocity of the torso along +x during this step",
            lambda t: t.info["x_velocity"],
        ),
        Signal(
            "x_position",
            "m",
            "position of the torso along x; episodes begin within 0.1 of 0",
            lambda t: t.info["x_position"],
        ),
        Signal(
            "torso_height",
            "m",
            "height of the torso's centre above the ground; about 0.6 when it stands",
            lambda t: t.next_obs[..., 0] + _TORSO,
        ),
        Signal(
            "vertical_velocity",
            "m/s",
            "velocity of the torso upwards",
            lambda t: t.next_obs[..., 9],
        ),
        Signal(
            "pitch",
            "rad",
            "angle of the torso: 0 level, positive with the head down; beyond pi it counts on",
            lambda t: t.next_obs[..., 1],
        ),
        Signal(
            "pitch_velocity",
            "rad/s",
            "how fast the torso turns, positive when the head goes down",
            lambda t: t.next_obs[..., 10],
        ),
        Signal(
            "joint_angles",
            "rad",
            "angles of the joints, in the order of the actions",
            lambda t: t.next_obs[..., 2:8],
            shape=(6,),
            low=-1.2,
            high=1.05,
        ),
        Signal(
            "joint_velocities",
            "rad/s",
            "angular velocities of the joints, in the order of the actions",
            lambda t: t.next_obs[..., 11:17],
            shape=(6,),
        ),
    ),
    tasks=(
        Task(
            name="run",
            words="Make the cheetah run forward, along +x, as fast as it can.",
            fitness=lambda s: s.forward_velocity * _SECONDS,
            reduce="sum",
            unit="m",
            human_reward=lambda s: s.simulator_reward,
            steps=1_000_000,
            events={"on_its_back": lambda s: np.cos(s.pitch) < 0},
            settings={
                "environments": 16,
                "rollout": 128,
                "minibatch": 512,
                "epochs": 6,
                "learning_rate": 0.003,
                "discount": 0.98,
                "trace": 0.92,
            },
        ),
    ),
)
