"""Cart-pole of DeepMind's control suite: the pole hangs and has to be swung up (0.01 s a step).

An episode lasts 1000 steps (10 s).  On Playground the pole's cosine and sine are one step of the
physics old.
"""

import numpy as np

from rewardsmith.environments import Environment, Signal, Task
from rewardsmith.signals import Array, SignalView

_UPRIGHT = 0.995
_MIDDLE = 0.25
_END = 1.7


def _balanced(s: SignalView) -> Array:
    return (s.pole_cos > _UPRIGHT) & (np.abs(s.cart_position) < _MIDDLE)


environment = Environment(
    backends={"envpool": "CartpoleSwingup-v1", "playground": "CartpoleSwingup"},
    # EnvPool integrates by Runge-Kutta, Playground by Euler's method.
    tolerance=0.05,
    signals=(
        Signal(
            "cart_position",
            "m",
            "position of the cart on its rail, 0 in the middle",
            lambda t: t.next_obs[..., 0],
            low=-1.8,
            high=1.8,
        ),
        Signal(
            "pole_cos",
            "",
            "cosine of the pole's angle: 1 upright, -1 hanging",
            lambda t: t.next_obs[..., 1],
            low=-1.0,
            high=1.0,
        ),
        Signal(
            "pole_sin",
            "",
            "sine of the pole's angle: positive where it leans towards +x",
            lambda t: t.next_obs[..., 2],
            low=-1.0,
            high=1.0,
        ),
        Signal("cart_velocity", "m/s", "velocity of the cart", lambda t: t.next_obs[..., 3]),
        Signal(
            "pole_velocity",
            "rad/s",
            "angular velocity of the pole",
            lambda t: t.next_obs[..., 4],
        ),
    ),
    tasks=(
        Task(
            name="swing-up",
            words="Swing the pole up and keep it upright, with the cart near the middle.",
            fitness=lambda s: _balanced(s) * 1.0,
            reduce="mean",
            unit="part of the time",
            human_reward=lambda s: s.simulator_reward,
            maximum=1.0,
            events={"at_an_end_of_the_rail": lambda s: np.abs(s.cart_position) > _END},
        ),
    ),
)
