"""Ball in cup of DeepMind's control suite: a cup in a plane, a ball on a 0.3 m string.

A step is 0.02 s, an episode lasts 1000 steps (20 s).  On Playground it always begins with the ball
at rest below the cup, on EnvPool anywhere.
"""

import numpy as np

from rewardsmith.environments import Environment, Signal, Task
from rewardsmith.signals import Array, SignalView, Transitions

_ROOM = 0.025  # m: half the cup's inside, less the ball's radius
_APART = (0.0, 0.35)  # m: from the ball's place to the inside of the cup's, where both are 0


def _offset(t: Transitions) -> Array:
    return t.next_obs[..., 2:4] - t.next_obs[..., 0:2] - np.array(_APART)


def _caught(s: SignalView) -> Array:
    return np.all(np.abs(s.ball_offset) < _ROOM, axis=-1)


environment = Environment(
    backends={"envpool": "BallInCupCatch-v1", "playground": "BallInCup"},
    # Playground's solver of contacts makes one iteration.
    tolerance=0.1,
    signals=(
        Signal(
            "ball_offset",
            "m",
            "where the ball is seen from the middle of the cup's inside: along x, and upwards",
            _offset,
            shape=(2,),
        ),
        Signal(
            "cup_position",
            "m",
            "how far the cup is from its place of rest: along x, and upwards",
            lambda t: t.next_obs[..., 0:2],
            shape=(2,),
        ),
        Signal(
            "ball_velocity",
            "m/s",
            "velocity of the ball: along x, and upwards",
            lambda t: t.next_obs[..., 6:8],
            shape=(2,),
        ),
        Signal(
            "cup_velocity",
            "m/s",
            "velocity of the cup: along x, and upwards",
            lambda t: t.next_obs[..., 4:6],
            shape=(2,),
        ),
    ),
    tasks=(
        Task(
            name="catch",
            words="Swing the ball into the cup and keep it there.",
            fitness=lambda s: _caught(s) * 1.0,
            reduce="mean",
            unit="part of the time",
            human_reward=lambda s: s.simulator_reward,
            maximum=1.0,
        ),
    ),
)
