"""The reward as a proxy: worse than untrained in evaluation, and saying nothing of the task."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from rewardsmith.analyzer import diagnose
from rewardsmith.analyzer.agreement import base_from
from rewardsmith.analyzer.courses import below_start, course_of
from rewardsmith.records import Episode, MemberResult
from tests.analyzer.synthetic import CANDIDATE, RUNNER, Training, runner

SINKING = (10.0, 9.9, 9.9, 9.9, 9.9, 9.9)
RISING = (10.0, 12.0, 14.0, 16.0, 18.0, 20.0)


def member(fitness, returns, *, evaluated, paid):
    """A member with these curves, and evaluated episodes of (fitness, return)."""
    episodes = tuple(
        Episode(fitness=f, length=10, terminated=False, reward=r)
        for f, r in zip(evaluated, paid, strict=True)
    )
    return MemberResult(
        reward="r",
        seed=0,
        steps=1000,
        fitness=float(np.mean(evaluated)),
        episodes=episodes,
        curve_steps=tuple(range(len(fitness))),
        curve_fitness=tuple(fitness),
        curve_return=tuple(returns),
    )


@pytest.mark.parametrize(
    ("evaluated", "paid", "below"),
    [
        ((4.0, 6.0), (30.0, 30.0), True),  # 10 to 5: more than a tenth of 10, and than 1
        ((9.0, 9.5), (30.0, 30.0), False),  # less than a tenth
        ((-10.0, 20.0), (30.0, 30.0), False),  # 10 to 5, with a spread of 15
        ((4.0, 6.0), (5.0, 5.0), False),  # and the return fell as well
    ],
)
def test_an_end_below_the_start_with_more_return_is_told_from_noise(evaluated, paid, below):
    known = member(SINKING, RISING, evaluated=evaluated, paid=paid)
    assert below_start(course_of(known)) is below


def test_what_the_noise_of_training_still_has_is_not_below_the_start():
    known = member((10.0,) * 6, RISING, evaluated=(4.0, 6.0), paid=(30.0, 30.0))
    assert not below_start(course_of(known))


def hopeless_runner():
    training = Training(curves={"fitness": np.zeros(10)})
    for k in range(4):
        velocity = 0.5 * np.sin(np.arange(200) / 3)
        runner(training, k % 2, velocity=velocity)
    return training


def test_what_only_the_evaluation_shows_raises_the_alarm():
    """Training episodes have 1 m, then 0.95, evaluated ones -3; the return goes from 0 to 20."""
    training = hopeless_runner()
    episodes = tuple(
        Episode(fitness=-3.0, length=200, terminated=False, reward=20.0) for _ in range(4)
    )
    members = tuple(
        msgspec.structs.replace(
            m, fitness=-3.0, episodes=episodes, curve_fitness=(1.0, *(0.95,) * 9)
        )
        for m in training.result.members
    )
    result = msgspec.structs.replace(training.result, members=members)
    found = diagnose(CANDIDATE, result, training.trajectories, RUNNER).findings
    told = {f.name: f.sentence for f in found}
    assert "and -3 in the final evaluation with a return of 20" in told["hacking"]


def bank(returns):
    """Forty episodes of ten steps with these returns; their fitness counts up."""
    columns = {"": np.repeat(np.asarray(returns) / 10, 10)}
    columns |= {"speed": columns[""], "effort": np.zeros(400)}
    return base_from([10] * 40, list(range(40)), np.zeros(0), columns)


def names(base):
    training = hopeless_runner()
    found = diagnose(CANDIDATE, training.result, training.trajectories, RUNNER, base).findings
    return {f.name for f in found}


def test_a_return_that_orders_simple_policies_like_chance_is_told():
    """1, -1, 1, -1 ...: of the 780 pairs 190 are right, 210 wrong, 380 equal: 49%."""
    assert "unrelated" in names(bank([1.0, -1.0] * 20))


def test_a_return_that_knows_the_task_or_never_varies_is_not_called_unrelated():
    assert "unrelated" not in names(bank(np.arange(40.0)))
    assert "unrelated" not in names(bank(np.zeros(40)))
