"""Cart-pole: a pole on a cart that is pushed left or right at every step (0.02 s).

An episode ends when the pole leans more than 12 degrees, when the cart leaves the track at
±2.4 m, or after 500 steps.
"""

import numpy as np

from rewardsmith.environments import Environment, Signal, Task

_FALLEN = 0.2095  # 12 degrees
_TRACK_END = 2.4

# The step that ends an episode goes beyond: by 0.02 s of about 4.5 m/s (a pole that leans
# 12 degrees all along the track) and 3.6 rad/s (one that is swung from side to side).
environment = Environment(
    backends={"envpool": "CartPole-v1", "gymnasium": "CartPole-v1"},
    signals=(
        Signal(
            "cart_position",
            "m",
            "position of the cart on the track, 0 in its middle, positive to the right",
            lambda t: t.next_obs[..., 0],
            low=-2.5,
            high=2.5,
        ),
        Signal(
            "cart_velocity",
            "m/s",
            "velocity of the cart, positive to the right",
            lambda t: t.next_obs[..., 1],
        ),
        Signal(
            "pole_angle",
            "rad",
            "angle of the pole from upright, positive when it leans to the right",
            lambda t: t.next_obs[..., 2],
            low=-0.3,
            high=0.3,
        ),
        Signal(
            "pole_angular_velocity",
            "rad/s",
            "how fast the pole turns, positive to the right",
            lambda t: t.next_obs[..., 3],
        ),
    ),
    tasks=(
        Task(
            name="balance",
            words="Keep the pole on the cart upright for as long as possible.",
            fitness=lambda s: np.ones(s.episode_step.shape, dtype=np.float32),
            reduce="sum",
            unit="steps",
            human_reward=lambda s: s.simulator_reward,
            sparse_reward=lambda s: -s.terminated.astype(np.float32),
            maximum=500.0,
            success=475.0,
            steps=60_000,
            events={
                "fell": lambda s: np.abs(s.pole_angle) > _FALLEN,
                "left_the_track": lambda s: np.abs(s.cart_position) > _TRACK_END,
            },
            settings={"hidden": (32, 32)},
        ),
    ),
)
