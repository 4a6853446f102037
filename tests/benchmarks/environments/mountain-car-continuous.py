"""Mountain car with a continuous engine that is too weak for the hill.

The action is the engine's force, from -1 to 1.  An episode ends at the flag, at position 0.45, or
after 999 steps.
"""

import numpy as np

from rewardsmith.environments import Environment, Signal, Task
from rewardsmith.signals import Array, SignalView


def _earliness(s: SignalView) -> Array:
    return np.where(s.terminated, 1.0 - s.episode_step / 999.0, 0.0).astype(np.float32)


environment = Environment(
    backends={"envpool": "MountainCarContinuous-v0"},
    signals=(
        Signal(
            "position",
            "track units",
            "position of the car: the valley's bottom is at -0.52, the flag at 0.45",
            lambda t: t.next_obs[..., 0],
            low=-1.2,
            high=0.6,
        ),
        Signal(
            "velocity",
            "track units/step",
            "velocity of the car, positive towards the flag",
            lambda t: t.next_obs[..., 1],
            low=-0.07,
            high=0.07,
        ),
        Signal(
            "height",
            "track units",
            "height of the car on the track: 0.1 at the valley's bottom, 1.0 at the top",
            lambda t: 0.45 * np.sin(3 * t.next_obs[..., 0]) + 0.55,
            low=0.1,
            high=1.0,
        ),
        Signal(
            "force",
            "",
            "the engine's force in this step, from -1 to 1",
            lambda t: np.clip(t.action[..., 0], -1.0, 1.0),
            low=-1.0,
            high=1.0,
        ),
    ),
    tasks=(
        Task(
            name="reach-flag",
            words="Drive the car up the hill on the right to the flag as early as you can.",
            # What is left of the 999 steps when the flag is reached.
            fitness=_earliness,
            reduce="sum",
            unit="part of the time left",
            human_reward=lambda s: s.simulator_reward,
            steps=50_000,
            settings={
                "environments": 4,
                "rollout": 128,
                "hidden": (32, 32),
                "log_deviation": 0.0,
            },
        ),
    ),
)
