"""Mountain car: an engine too weak for the hill; the car must swing to reach the flag.

The actions push left (0), not at all (1) or right (2).  An episode ends at the flag, at
position 0.5, or after 200 steps.  The track is sin(3 position); speeds are position a step.
"""

import numpy as np

from rewardsmith.environments import Environment, Signal, Task
from rewardsmith.signals import Array, SignalView, Transitions

_GOAL = 0.5
_LEFT_WALL = -1.2
_GRAVITY = 0.0025


def _position(t: Transitions) -> Array:
    return t.next_obs[..., 0]


def _velocity(t: Transitions) -> Array:
    return t.next_obs[..., 1]


def _goal_reached(s: SignalView) -> Array:
    return (s.position >= _GOAL).astype(np.float32)


environment = Environment(
    backends={"envpool": "MountainCar-v0", "gymnasium": "MountainCar-v0"},
    signals=(
        Signal(
            "position",
            "track units",
            "position of the car along the track: the valley's bottom is at -0.52, the flag at 0.5",
            _position,
            low=-1.2,
            high=0.6,
        ),
        Signal(
            "velocity",
            "track units/step",
            "velocity of the car, positive towards the flag",
            _velocity,
            low=-0.07,
            high=0.07,
        ),
        Signal(
            "height",
            "track units",
            "height of the car on the track: 0.1 at the valley's bottom, 1.0 at the top",
            lambda t: 0.45 * np.sin(3 * _position(t)) + 0.55,
            low=0.1,
            high=1.0,
        ),
        Signal(
            "mechanical_energy",
            "(track units/step)^2",
            "kinetic and potential energy of the car for a mass of 1; coasting keeps it",
            lambda t: 0.5 * _velocity(t) ** 2 + _GRAVITY / 3 * np.sin(3 * _position(t)),
            low=-0.00084,
            high=0.0033,
        ),
    ),
    tasks=(
        Task(
            name="reach-flag",
            words="Drive the car up the hill on the right until it reaches the flag.",
            fitness=_goal_reached,
            reduce="max",
            unit="goal reached",
            human_reward=lambda s: s.simulator_reward,
            sparse_reward=_goal_reached,
            maximum=1.0,
            success=1.0,
            steps=40_000,
            events={"hit_the_left_wall": lambda s: s.position <= _LEFT_WALL},
            settings={
                "environments": 16,
                "hidden": (32, 32),
                "actor_gain": 0.0,
                "critic_gain": 0.0,
            },
        ),
    ),
)
