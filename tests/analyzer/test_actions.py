"""Actions that are paid for their size alone are told with the component that pays."""

from __future__ import annotations

import numpy as np

from rewardsmith.analyzer import diagnose
from tests.analyzer.synthetic import CANDIDATE, RUNNER, Training, runner


def told(pays, *, velocity=0.0, action=None):
    """Sentences by name of runners paid so: `pays` gives components of (t, velocity, action)."""
    training = Training(curves={"fitness": np.zeros(10)})
    t = np.arange(200)
    for k in range(4):
        swing = np.sin(t[:, None] / 3 + [0, 1]) if action is None else action
        speed = velocity + 0.5 * np.sin(t / 3)
        runner(training, k % 2, velocity=speed, action=swing, components=pays)
    found = diagnose(CANDIDATE, training.result, training.trajectories, RUNNER).findings
    return {f.name: f.sentence for f in found}


def test_a_component_that_grows_with_the_actions_and_is_most_of_the_income_is_named():
    """The mean of sin^2 is 1/2, of two dimensions 1; speed earns a tenth of about 0."""
    pays = {}

    def components(_, velocity, action):
        return pays | {"vigour": np.sum(action**2, axis=-1), "speed": 0.1 * velocity}

    sentence = told(components)["effort_paid"]
    assert sentence.startswith("vigour pays for the size of the actions")
    assert "correlation +1.00 over 800 steps" in sentence


def test_saturated_actions_are_told_with_what_pays_for_them():
    t = np.arange(200)
    action = np.sign(np.sin(t[:, None] / 9 + [0.5, 1]))
    action[::40] = 0.5
    told_of = told(lambda _, v, a: {"vigour": np.sum(np.abs(a), axis=-1)}, action=action)
    assert "vigour pays for it. For example seed" in told_of["saturated_actions"]
    free = told(lambda _, v, a: {"speed": v}, action=action)
    assert "nothing in the reward holds them back." in free["saturated_actions"]


def test_a_cost_of_effort_and_a_small_bonus_are_not_paid_effort():
    cost = told(lambda _, v, a: {"speed": v, "effort": -np.sum(a**2, axis=-1)})
    small = told(lambda _, v, a: {"alive": 5.0, "vigour": 0.1 * np.sum(a**2, axis=-1)})
    assert "effort_paid" not in cost | small


def test_a_runner_that_runs_may_be_paid_for_its_effort():
    paid = told(lambda _, v, a: {"vigour": np.sum(a**2, axis=-1)}, velocity=2.0)
    assert "effort_paid" not in paid
