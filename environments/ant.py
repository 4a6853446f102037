"""Ant: a four-legged robot on flat ground (MuJoCo, 0.05 s a step).

An episode ends when the torso's centre is below 0.2 m or above 1.0 m, or after 1,000 steps
(50 s).  The four legs stand at (+x, +y), (-x, +y), (-x, -y) and (+x, -y).  The eight actions
drive hip and ankle of the fourth leg, then of the first, second and third, each from -1 to 1.
"""

import numpy as np

from rewardsmith.environments import Environment, Signal, Task
from rewardsmith.signals import Array, Transitions

_SECONDS = 0.05
_LOWEST, _HIGHEST = 0.2, 1.0  # where the simulator ends an episode, m
_FORCES = 27  # where the contact forces begin: 6 numbers for each of 13 bodies
_FEET = np.array([3, 6, 9, 12])


def _quaternion(t: Transitions) -> Array:
    """The torso's orientation w, x, y, z with length 1 (as observed at a reset it is not)."""
    quaternion = t.next_obs[..., 1:5]
    quaternion = quaternion / np.linalg.norm(quaternion, axis=-1, keepdims=True)
    return np.moveaxis(quaternion, -1, 0)


def _uprightness(t: Transitions) -> Array:
    _, x, y, _ = _quaternion(t)
    return 1 - 2 * (x**2 + y**2)


def _heading(t: Transitions) -> Array:
    w, x, y, z = _quaternion(t)
    return np.arctan2(2 * (w * z + x * y), 1 - 2 * (y**2 + z**2))


def _foot_contact(t: Transitions) -> Array:
    forces = t.next_obs[..., _FORCES:]
    forces = forces.reshape(*forces.shape[:-1], 13, 6)[..., _FEET, :]
    return np.any(forces != 0, axis=-1).astype(np.float32)


environment = Environment(
    backends={"envpool": "Ant-v5", "gymnasium": "Ant-v5"},
    tolerance=1e-3,  # contacts enlarge the rounding of the observed state within two steps
    # The position in `info` is no signal: EnvPool reads it 0.01 s earlier than Gymnasium.
    signals=(
        Signal(
            "forward_velocity",
            "m/s",
            "mean velocity of the torso along +x during this step",
            lambda t: t.info["x_velocity"],
        ),
        Signal(
            "sideways_velocity",
            "m/s",
            "mean velocity of the torso along +y during this step",
            lambda t: t.info["y_velocity"],
        ),
        Signal(
            "vertical_velocity",
            "m/s",
            "velocity of the torso upwards",
            lambda t: t.next_obs[..., 15],
        ),
        Signal(
            "torso_height",
            "m",
            "height of the torso's centre above the ground; 0.75 at the start, about 0.4 at rest",
            lambda t: t.next_obs[..., 0],
            low=0.2,  # a jump, which ends the episode above 1.0, has no known end
        ),
        Signal(
            "uprightness",
            "",
            "how upright the torso is: 1 upright, 0 on its side, -1 on its back",
            _uprightness,
            low=-1.0,
            high=1.0,
        ),
        Signal(
            "heading",
            "rad",
            "where the torso's own x axis points: 0 along +x, pi/2 along +y",
            _heading,
            low=-np.pi,
            high=np.pi,
        ),
        Signal(
            "angular_velocity",
            "rad/s",
            "angular velocity of the torso about its own x, y and z axis",
            lambda t: t.next_obs[..., 16:19],
            shape=(3,),
        ),
        Signal(
            "joint_angles",
            "rad",
            "angles of hip and ankle of the first, second, third and fourth leg",
            lambda t: t.next_obs[..., 5:13],
            shape=(8,),
            low=-1.4,  # the stops, at 1.22, give a little
            high=1.4,
        ),
        Signal(
            "joint_velocities",
            "rad/s",
            "angular velocities of hip and ankle of the first, second, third and fourth leg",
            lambda t: t.next_obs[..., 19:27],
            shape=(8,),
        ),
        Signal(
            "foot_contact",
            "",
            "1 where the foot of the first, second, third, fourth leg touches the ground, else 0",
            _foot_contact,
            shape=(4,),
            low=0.0,
            high=1.0,
        ),
    ),
    tasks=(
        Task(
            name="run",
            words="Make the ant run forward, along +x, as fast as it can.",
            # The torso's position is read 0.01 s before the end of each step, so an episode's
            # sum may differ by that much motion from where the torso ends.
            fitness=lambda s: s.forward_velocity * _SECONDS,
            reduce="sum",
            unit="m",
            human_reward=lambda s: s.simulator_reward,
            steps=2_000_000,
            events={
                "on_its_back": lambda s: s.uprightness < 0,
                "sank": lambda s: s.torso_height < _LOWEST,
                "jumped_too_high": lambda s: s.torso_height > _HIGHEST,
            },
        ),
    ),
)
