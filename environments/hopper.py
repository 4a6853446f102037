"""Hopper: one leg that hops in the vertical plane (MuJoCo, 0.008 s a step).

An episode ends when the torso sinks to 0.7 m or leans more than 0.2 rad, or after 1,000 steps
(8 s).  The three actions drive thigh, leg and foot joint, each from -1 to 1.
"""

from rewardsmith.environments import Environment, Signal, Task

_SECONDS = 0.008
_LOWEST, _STEEPEST = 0.7, 0.2  # where the simulator ends an episode, m and rad

environment = Environment(
    backends={"envpool": "Hopper-v5", "gymnasium": "Hopper-v5"},
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
            "position of the torso along x; episodes begin within 0.005 of 0",
            lambda t: t.info["x_position"],
        ),
        Signal(
            "torso_height",
            "m",
            "height of the torso's centre above the ground; 1.25 when it stands straight",
            lambda t: t.next_obs[..., 0],
        ),
        Signal(
            "vertical_velocity",
            "m/s",
            "velocity of the torso upwards, cut off at 10",
            lambda t: t.next_obs[..., 6],
            low=-10.0,
            high=10.0,
        ),
        Signal(
            "pitch",
            "rad",
            "angle of the torso: 0 upright, positive when it leans forward",
            lambda t: t.next_obs[..., 1],
            low=-0.3,  # the step that ends an episode goes beyond 0.2
            high=0.3,
        ),
        Signal(
            "pitch_velocity",
            "rad/s",
            "how fast the torso turns, positive when it turns forward, cut off at 10",
            lambda t: t.next_obs[..., 7],
            low=-10.0,
            high=10.0,
        ),
        Signal(
            "joint_angles",
            "rad",
            "angles of the thigh, leg and foot joint",
            lambda t: t.next_obs[..., 2:5],
            shape=(3,),
            low=-2.8,  # the stops, at -2.62 and 0.79, give a little
            high=0.95,
        ),
        Signal(
            "joint_velocities",
            "rad/s",
            "angular velocities of the thigh, leg and foot joint, cut off at 10",
            lambda t: t.next_obs[..., 8:11],
            shape=(3,),
            low=-10.0,
            high=10.0,
        ),
    ),
    tasks=(
        Task(
            name="hop",
            words="Make the robot hop forward, along +x, as fast as it can without falling.",
            fitness=lambda s: s.forward_velocity * _SECONDS,
            reduce="sum",
            unit="m",
            human_reward=lambda s: s.simulator_reward,
            steps=1_000_000,
            events={
                "sank": lambda s: s.torso_height < _LOWEST,
                "leaned_forward": lambda s: s.pitch > _STEEPEST,
                "leaned_backward": lambda s: s.pitch < -_STEEPEST,
            },
        ),
    ),
)
