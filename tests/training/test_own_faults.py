"""An environment's own faults are found when its bank is recorded, and told as its own."""

import pytest

from rewardsmith.environments import environment_from_specification
from rewardsmith.errors import EnvironmentUnavailable
from rewardsmith.training.record import record_bank

FILE = """
import numpy as np
from rewardsmith.environments import Environment, Signal, Task

environment = Environment(
    backends={{"envpool": "CartPole-v1"}},
    signals=(Signal("angle", "rad", "angle of the pole", lambda t: {signal}),),
    tasks=(Task("hold", "Hold it.", fitness=lambda s: {fitness}, human_reward=lambda s: {human}),),
)
"""
SOUND = {"signal": "t.next_obs[..., 2]", "fitness": "np.cos(s.angle)", "human": "np.cos(s.angle)"}


def environment(**changes):
    source = FILE.format(**{**SOUND, **changes})
    return environment_from_specification({"name": "own", "source": source})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"signal": "t.next_obs[..., 2] * np.nan"}, "signal 'angle' is not finite"),
        ({"fitness": "1 / 0"}, "task 'hold': its fitness reward raises ZeroDivisionError"),
        ({"fitness": "1.0"}, r"its fitness reward has shape \(\)"),
        ({"fitness": "s.next_obs"}, r"its fitness reward has shape \(400, 64, 4\)"),
        ({"fitness": "np.full(s.angle.shape, np.inf)"}, "its fitness reward is not finite"),
        ({"human": "s.next_obs"}, r"its human reward has shape \(400, 64, 4\)"),
        ({"human": "undefined"}, "its human reward raises NameError"),
    ],
)
def test_the_fault_names_environment_task_and_what_is_wrong(changes, said):
    with pytest.raises(EnvironmentUnavailable, match=f"environment 'own'.*{said}"):
        record_bank(environment(**changes), 0)


def test_a_sound_environment_is_recorded():
    assert record_bank(environment(), 0).rows == 2048
