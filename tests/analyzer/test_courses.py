"""Mid-training evaluations: what was learned and lost again, whether return follows fitness."""

from __future__ import annotations

import msgspec
import numpy as np

from rewardsmith.analyzer import diagnose
from tests.analyzer.synthetic import CANDIDATE, RUNNER, Training, runner

RUN = 1.5 * 200 * 0.05
"""Metres that the synthetic runner goes in an episode, about."""


def diagnosis_of(fitness, returns, *, velocity=None):
    """Two seeds with the same evaluations at steps 2500, 5000, 7500; curves that only rise."""
    training = Training(curves={"fitness": np.linspace(0, 3, 10)})
    for k in range(6):
        speed = None if velocity is None else velocity + 0.05 * np.sin(np.arange(200) / 3)
        runner(training, k % 2, velocity=speed)
    marks = {
        "checkpoint_steps": (2500, 5000, 7500),
        "checkpoint_fitness": fitness,
        "checkpoint_return": returns,
    }
    members = tuple(msgspec.structs.replace(m, **marks) for m in training.result.members)
    result = msgspec.structs.replace(training.result, members=members)
    return diagnose(CANDIDATE, result, training.trajectories, RUNNER)


def test_what_a_checkpoint_had_and_the_end_has_not_was_learned_and_lost():
    """The end runs at 0.3 m/s: 3 m, where the checkpoint at 5000 had 12."""
    found = diagnosis_of((2.0, 12.0, 8.0), (10.0, 40.0, 50.0), velocity=0.3)
    told = {f.name: f.sentence for f in found.findings}
    assert "in 2 of 2 seeds: seed 0 had a task score of 12 at step 5000" in told["solved_then_lost"]
    assert "at step 10000" in told["solved_then_lost"]


def test_an_end_as_good_as_its_checkpoints_lost_nothing():
    found = diagnosis_of((2.0, RUN, RUN - 1), (10.0, 40.0, 50.0))
    assert found.findings == ()


def test_return_and_fitness_are_compared_over_checkpoints():
    """Ranks 1, 2, 3 and in the end 4 against 3, 2, 1, 4: 1 - 6 * 8 / 60 = 0.2."""
    text = diagnosis_of((1.0, 2.0, 3.0), (3.0, 2.0, 1.0)).text
    assert "+0.20 over evaluations at checkpoints" in text


def test_what_was_lost_is_told_by_the_episodes_that_were_recorded_at_the_checkpoint():
    """At step 5000 seed 0 ran 1.5 m/s for 200 steps, at the end 0.3; the sines' mean adds 0.001."""
    before, now = Training(), Training(curves={"fitness": np.linspace(0, 3, 10)})
    for k in range(6):
        runner(before, k % 2, velocity=1.5 + 0.05 * np.sin(np.arange(200) / 3))
        runner(now, k % 2, velocity=0.3 + 0.05 * np.sin(np.arange(200) / 3))
    marks = {
        "checkpoint_steps": (2500, 5000, 7500),
        "checkpoint_fitness": (2.0, 12.0, 8.0),
        "checkpoint_return": (10.0, 40.0, 50.0),
    }
    members = tuple(msgspec.structs.replace(m, **marks) for m in now.result.members)
    result = msgspec.structs.replace(now.result, members=members)
    earlier = {(seed, 5000): arrays for seed, arrays in before.trajectories.items()}
    found = diagnose(CANDIDATE, result, now.trajectories, RUNNER, earlier=earlier)
    told = {f.name: f.sentence for f in found.findings}["solved_then_lost"]
    assert "recorded at step 5000 against the last ones: velocity 1.5 then and 0.301 now" in told


def test_what_training_episodes_lost_is_told_by_a_sample_near_there_step_by_step():
    """No checkpoints: the best was at 6000 of 10000 steps, 40 steps were recorded at 5000.

    Then it rose from 0 to 3.9 m/s, at the end it stands for 40 steps and goes on at 0.2.
    """
    curve = [0, 1, 4, 8, 12, 12, 6, 2, 1, 1]
    before, now = Training(), Training(curves={"fitness": curve, "return": curve})
    for k in range(6):
        runner(now, k % 2, velocity=np.where(np.arange(200) < 40, 0.0, 0.2))
    runner(before, 0, velocity=np.arange(200) / 10)
    cut = {name: rows[:40] for name, rows in before.trajectories[0].items()}
    found = diagnose(CANDIDATE, now.result, now.trajectories, RUNNER, earlier={(0, 5000): cut})
    told = {f.name: f.sentence for f in found.findings}["solved_then_lost"]
    assert "In the first 40 steps of an episode at step 5000 against those of the last ones" in told
    assert "velocity 1.95 then and 0 now" in told
    assert "episodes lasted" not in told
    far = diagnose(CANDIDATE, now.result, now.trajectories, RUNNER, earlier={(0, 1000): cut})
    assert not any("of an episode at step" in finding.sentence for finding in far.findings)


def exploring(evaluated, late=12.0):
    """Two seeds that gained 12 m in training episodes, with their evaluations at checkpoints."""
    training = Training(curves={"fitness": np.linspace(0, late, 10)})
    for k in range(6):
        runner(training, k % 2, velocity=0.3 + 0.01 * np.sin(np.arange(200) / 3))
    marks = {"checkpoint_steps": (2500, 5000, 7500), "checkpoint_fitness": evaluated}
    members = tuple(msgspec.structs.replace(m, **marks) for m in training.result.members)
    result = msgspec.structs.replace(training.result, members=members)
    return diagnose(CANDIDATE, result, training.trajectories, RUNNER)


def test_what_no_evaluation_reaches_and_training_episodes_do_works_only_with_noise():
    """The last third of 0 to 12 is (9.33 + 10.67 + 12) / 3 = 10.7; the evaluation runs 3 m."""
    told = {f.name: f.sentence for f in exploring((1.0, 2.0, 3.0)).findings}
    assert "in 2 of 2 seeds: seed 0 had a task score of 10.7 in the training" in told["needs_noise"]
    assert "and of 3 in evaluation" in told["needs_noise"]


def test_what_one_evaluation_reached_does_not_need_noise():
    assert "needs_noise" not in {f.name for f in exploring((1.0, 9.0, 3.0)).findings}
    assert "needs_noise" not in {f.name for f in exploring((1.0, 2.0, 3.0), late=4.0).findings}


def test_a_checkpoint_whose_reward_failed_is_left_out():
    found = diagnosis_of((None, None, 3.0), (None, None, 1.0))
    assert "over evaluations" not in found.text


def test_without_checkpoints_nothing_is_said_of_them():
    assert "over evaluations" not in diagnosis_of((), ()).text
