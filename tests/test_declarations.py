"""What an author declares wrongly is told when it is declared, by name, with what to write."""

import numpy as np
import pytest

from rewardsmith.environments import (
    Environment,
    Signal,
    Task,
    environment_from_specification,
    environment_names,
    load_environment,
)
from rewardsmith.errors import EnvironmentUnavailable, UsageError
from rewardsmith.signals import SignalReader, Transitions


@pytest.fixture
def block():
    """Two steps of three environments."""
    zeros, flags = np.zeros((2, 3)), np.zeros((2, 3), dtype=bool)
    return Transitions(
        obs=np.ones((2, 3, 4), np.float32),
        next_obs=np.ones((2, 3, 4), np.float32),
        action=zeros,
        terminated=flags,
        truncated=flags,
        episode_step=zeros.astype(int),
        simulator_reward=zeros,
    )


def signal(name="angle", unit="rad", description="angle", value=lambda t: t.obs, **more):
    return Signal(name, unit, description, value, **more)


def task(name="hold", words="Hold it.", fitness=lambda s: s.obs, **more):
    return Task(name, words, fitness, **more)


@pytest.mark.parametrize(
    ("signals", "said"),
    [
        ((signal("action"),), "'action' means something else"),
        ((signal("previous_angle"),), "'previous_angle' means something else"),
        ((signal("np"),), "'np' means something else"),
        ((signal("class"),), "'class' means something else"),
        ((signal(""),), "is taken or no Python identifier"),
        (signal(), r"signals must be a tuple of Signal; write signals=\(Signal\(...\),\)"),
        (("angle",), "signals must be a tuple of Signal"),
        ((signal(unit=None),), "signal 'angle': its unit is None"),
        ((signal(value=3),), "signal 'angle': its value is 3; write a function"),
        ((signal(shape=(0,)),), r"signal 'angle': its shape is \(0,\)"),
        ((signal(low="a"),), "signal 'angle': low='a' is no finite number"),
        ((signal(low=5, high=-5),), "signal 'angle': low=5 is not below high=-5"),
    ],
)
def test_a_signal_that_cannot_be_is_told(signals, said):
    with pytest.raises(UsageError, match=said):
        Environment(signals=signals, tasks=())


@pytest.mark.parametrize(
    ("tasks", "said"),
    [
        (task(), r"tasks must be a tuple of Task; write tasks=\(Task\(...\),\)"),
        ((task("a/b"),), "task name 'a/b' is taken, empty, or holds a slash"),
        ((task(), task()), "task name 'hold' is taken"),
        ((task(words=" "),), "its words are ' '; say what is wanted in a sentence"),
        ((task(fitness="angle"),), "its fitness is 'angle'; write a function"),
        ((task(human_reward=1.0),), "its human_reward is 1.0; write a function"),
        ((task(reduce="avg"),), "unknown reduction 'avg'"),
        ((task(evaluation="determ"),), "unknown evaluation .*did you mean deterministic"),
        ((task(steps=0),), "steps=0; write a whole number above 0"),
        ((task(steps=1e6),), "steps=1000000.0; write a whole number above 0"),
        ((task(maximum=float("nan")),), "maximum=nan is no finite number"),
        ((task(settings=["lr"]),), "its settings are no mapping"),
        ((task(events={"fell": True}),), "its event 'fell' is True; write a function"),
        ((task(events={"fell down": len}),), "event name 'fell down' is no Python identifier"),
    ],
)
def test_a_task_that_cannot_be_is_told(tasks, said):
    with pytest.raises(UsageError, match=said):
        Environment(signals=(), tasks=tasks)


@pytest.mark.parametrize("backends", ["envpool", {"envpool": None}, {"envpool": ""}, ["envpool"]])
def test_backends_are_a_mapping_from_names_to_ids(backends):
    with pytest.raises(UsageError, match=r'write the backend.s name and its id: backends=\{"'):
        Environment(signals=(), tasks=(), backends=backends)


def test_a_mistake_in_a_file_is_told_with_the_file_alone():
    source = (
        "from rewardsmith.environments import Environment, Task\n"
        "environment = Environment(signals=(), tasks=(Task('t', 'go', reduce='avg'),))\n"
    )
    with pytest.raises(EnvironmentUnavailable, match=r"own\.py does not load: unknown reduction"):
        environment_from_specification({"name": "own", "source": source, "path": "own.py"})


def test_everything_that_is_shipped_is_declared_soundly():
    assert all(load_environment(name).tasks for name in environment_names())


def test_no_signal_or_fitness_can_write_into_what_the_others_read(block):
    def spoil(transitions):
        transitions.next_obs[:] = 0.0
        return transitions.next_obs[..., 0]

    view = SignalReader((signal(value=spoil),)).view(block)
    with pytest.raises(EnvironmentUnavailable, match=r"cannot be computed: ValueError.*read-only"):
        view.get("angle")
    with pytest.raises(ValueError, match="read-only"):
        view.obs[:] = 0.0
    block.obs[:] = 0.0  # its owner can


def test_a_signal_gives_real_numbers(block):
    for kind in (complex, object):
        values = SignalReader((signal(value=lambda t, k=kind: t.obs[..., 0].astype(k)),))
        with pytest.raises(EnvironmentUnavailable, match=r"gives values of type .*; give real"):
            values.view(block).get("angle")
