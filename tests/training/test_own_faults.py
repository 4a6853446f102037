"""An environment's own faults are found when its bank is recorded, and told as its own."""

import pytest

from rewardsmith.environments import environment_from_specification
from rewardsmith.errors import EnvironmentUnavailable, UsageError
from rewardsmith.records import TrainJob, TrainReward
from rewardsmith.training.population import train_shard
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


LATE = "np.where(s.episode_step == 5, np.nan, s.angle)"
"""Sound until an episode's sixth step."""


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


MIXING = [
    {"fitness": "np.full(s.angle.shape, np.max(s.next_obs))"},
    {"fitness": "s.angle - np.mean(s.angle, axis=0)"},
    {"fitness": "np.cumsum(s.angle, axis=1)"},
    {"human": "s.angle / np.std(s.angle)"},
    {"signal": "t.next_obs[..., 2] - t.next_obs[:1, :, 2]"},
]


@pytest.mark.parametrize("changes", MIXING)
def test_what_looks_at_other_rows_is_refused(changes):
    (kind,) = changes
    said = f"environment 'own', task 'hold': its {kind}.* is not one number a transition"
    with pytest.raises(EnvironmentUnavailable, match=said):
        record_bank(environment(**changes), 0)


@pytest.mark.parametrize("expression", ["np.max(next_obs)", "angle - angle.mean()"])
def test_a_typed_fitness_that_looks_at_other_rows_is_refused(expression):
    source = FILE.format(**SOUND)
    own = {"name": "own", "source": source, "fitness": expression}
    with pytest.raises(UsageError, match=r"--fitness .* is not one number a transition"):
        record_bank(environment_from_specification(own), 0)


@pytest.mark.parametrize("expression", ["1.0", "angle - previous_angle", "np.max(obs, axis=-1)"])
def test_a_typed_fitness_of_single_transitions_is_taken(expression):
    own = {"name": "own", "source": FILE.format(**SOUND), "fitness": expression}
    assert record_bank(environment_from_specification(own), 0).rows == 2048


@pytest.mark.parametrize(
    ("changes", "kind"),
    [({"fitness": LATE}, "fitness"), ({"human": LATE}, "human"), ({"fitness": "1/0"}, "fitness")],
)
def test_a_fault_that_shows_only_in_training_is_the_environments(changes, kind, tmp_path):
    own = environment(**changes)
    job = TrainJob(
        id="t",
        environment=own.specification,
        rewards=(TrainReward(id="human", kind="human"),),
        seeds=(1,),
        steps=512,
        folder=str(tmp_path),
        evaluation_episodes=1,
    )
    with pytest.raises(EnvironmentUnavailable, match=f"environment 'own'.* its {kind} reward"):
        list(train_shard(job, [(0, 1)], None))
