"""The stand-ins of `isaac_fakes` as environments of one task."""

import isaac_fakes

from rewardsmith.environments import Environment, Signal, Task, TensorSimulator

BACKENDS = {
    "late": "isaacgym",
    "prompt": "isaacgym",
    "direct": "isaaclab",
    "manager": "mjlab",
    "maniskill": "maniskill",
    "bare": "maniskill",
    "vector": "maniskill",
}


def environment(kind, make=isaac_fakes.make):
    """One of them as an environment of which the position is a signal."""
    position = Signal("position", "m", "where the point is", lambda t: t.info["position"])
    task = Task("go", "Go right.", fitness=lambda s: s.position)
    return Environment(
        (position,),
        (task,),
        {BACKENDS[kind]: kind},
        TensorSimulator(make, {"position": lambda simulator: simulator.points.position}),
    )
