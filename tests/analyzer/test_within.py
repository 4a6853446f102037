"""Within an episode: fitness that was gained and lost again, and where."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rewardsmith.analyzer import diagnose
from tests.analyzer.synthetic import CANDIDATE, RUNNER, Training

T = np.arange(200)
THERE, BACK = np.full(100, 0.05), np.full(100, -0.05)


def diagnosis_of(*paths, facts=RUNNER):
    """The diagnosis of runners whose steps have such a fitness."""
    training = Training()
    for k, fitness in enumerate(paths):
        training.episode(
            k,
            fitness=fitness,
            action=0.5 * np.sin(T[:, None] / 3 + [0, 1]),
            components={"speed": np.abs(fitness), "upright": np.where(T < 100, 0.0, 0.2)},
            velocity=10 * fitness + 0.1 * np.sin(T),
            height=np.full(200, 0.9),
            heading=np.zeros(200),
        )
    return diagnose(CANDIDATE, training.result, training.trajectories, facts)


def names(diagnosis):
    return {one.name: one.sentence for one in diagnosis.findings}


def test_who_runs_there_and_back_has_gained_and_lost():
    there_and_back = np.concatenate([THERE, BACK])
    found = names(diagnosis_of(there_and_back, there_and_back))
    # 100 steps of 0.05 are 5 at step 99, and 0 at the end; upright pays 0.2 from step 100 on
    assert found["gained_then_lost"].startswith(
        "2 of 2 recorded episodes lose what they gained: seed 0, episode 0, the task score of its "
        "steps adds up to +5 by step 99 and to "
    )
    assert "What pays for it is upright: +0.2 a step" in found["gained_then_lost"]


@pytest.mark.parametrize(
    "fitness",
    [
        np.full(200, 0.05),  # only gained
        np.full(200, -0.05),  # only lost
        np.concatenate([THERE, 0.2 * BACK]),  # a fifth is lost
        0.05 * np.sin(T / 3),  # to and fro
    ],
)
def test_what_is_kept_or_never_was_there_is_not_lost(fitness):
    assert "gained_then_lost" not in names(diagnosis_of(fitness, fitness))


def test_where_the_last_step_counts_nothing_adds_up():
    facts = replace(RUNNER, reduce="last")
    there_and_back = np.concatenate([THERE, BACK])
    assert "gained_then_lost" not in names(diagnosis_of(there_and_back, facts=facts))


def test_seeds_that_go_opposite_ways_do_not_cancel():
    text = diagnosis_of(np.full(200, 0.1), np.full(200, -0.1)).text
    # a quarter is 50 steps
    quarter = "+0 (-5 to 5)"
    assert f"(lowest to highest episode): {', '.join([quarter] * 4)}." in text
    assert (
        "Most is gained in seed 0, episode 0, steps 0 to 9 (task score +0.1 a step, speed +0.1); "
        "most is lost in seed 1, episode 0, steps 0 to 9 (task score -0.1 a step, speed +0.1)."
    ) in text


def test_a_finding_without_an_episode_has_one_as_an_example():
    diagnosis = diagnosis_of(np.full(200, 0.0), np.full(200, 0.0))
    for one in diagnosis.findings:
        assert "episode" in one.sentence, one.name
