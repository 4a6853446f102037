"""Events that a task declares: the analyzer tells when, how often and in which episodes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rewardsmith.analyzer import diagnose
from rewardsmith.environments import (
    Environment,
    Signal,
    Task,
    environment_names,
    event_rows,
    load_environment,
)
from rewardsmith.errors import EnvironmentUnavailable, UsageError
from tests.analyzer.synthetic import CANDIDATE, RUNNER, Training, runner

LOW = {"sank": lambda s: s.height < 0.2}
FACTS = replace(RUNNER, events=LOW)


def diagnosis_of(training, facts=FACTS):
    return diagnose(CANDIDATE, training.result, training.trajectories, facts)


def falling():
    """Twelve episodes of 40 to 51 steps; their height falls by 0.4 to 0.1."""
    training = Training()
    for k in range(12):
        runner(training, k % 2, length=40 + k, terminated=True)
    return training


def lying(begin, *, velocity_after):
    """Four episodes in which the runner lies from a step on."""
    training = Training()
    t = np.arange(200)
    down = t >= begin
    for k in range(4):
        velocity = np.where(down, velocity_after * np.sin(t / 3), 2.0 + 0.1 * np.sin(t / 4 + k))
        training.episode(
            k % 2,
            fitness=velocity * 0.05,
            action=0.5 * np.sin(t[:, None] / 3 + [0, 1]),
            components={"speed": velocity, "rest": np.where(down, 0.5, 0.0)},
            velocity=velocity,
            height=np.where(down, 0.1, 0.5) + 0.02 * np.sin(t / 3),
            heading=0.1 * np.sin(t / 7),
        )
    return training


def test_an_early_end_is_told_with_the_event_that_held_there():
    told = {f.name: f.sentence for f in diagnosis_of(falling()).findings}
    assert "What held at their ends: sank in 12 of 12 recorded." in told["ends_early"]


def test_the_numbers_tell_in_how_many_episodes_an_event_happened_and_when():
    """Down from step 100 of 200 in all four: half of all steps."""
    text = diagnosis_of(lying(100, velocity_after=0.1)).text
    expected = (
        "Events: sank in 4 of 4 recorded episodes (first at step 100 in the median, 50% of all "
        "steps)."
    )
    assert expected in text


def test_an_event_that_comes_to_stay_and_ends_the_gain_is_a_finding_with_its_place():
    found = {f.name: f.sentence for f in diagnosis_of(lying(100, velocity_after=0.1)).findings}
    assert "4 of 4 recorded episodes get into sank" in found["sank"]
    assert (
        "seed 0, episode 0 from step 100 on (100% of the steps to its end at 200)"
        in (found["sank"])
    )
    assert "the task score of a step is +0.1 before" in found["sank"]
    assert "What pays for it is rest" in found["sank"]


def test_an_event_after_which_as_much_is_gained_is_no_finding():
    training = lying(100, velocity_after=0.0)
    for rows in training.seeds.values():
        for row in rows[1]:
            row["fitness"] = np.full(200, 0.1)
    assert "sank" not in [f.name for f in diagnosis_of(training).findings]


def test_where_a_signal_of_an_event_was_not_recorded_it_did_not_happen():
    facts = replace(RUNNER, events={"burnt": lambda s: s.temperature > 90})
    assert "burnt" not in diagnosis_of(falling(), facts).text


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (lambda s: s.altitude > 1, "event 'e' raises UsageError: unknown recorded signal"),
        (lambda s: s.height, "event 'e' gives float64 of shape \\(3,\\)"),
        (lambda s: s.height.max() > 0, "event 'e' gives bool of shape \\(\\)"),
    ],
)
def test_a_predicate_that_cannot_be_told_is_named(event, words):
    signals = {"height": np.zeros(3), "episode_step": np.arange(3)}
    with pytest.raises(EnvironmentUnavailable, match=words):
        event_rows({"e": event}, signals)


def test_an_event_is_named_like_a_variable():
    height = Signal("height", "m", "height", lambda t: t.next_obs[..., 0])
    task = Task("t", "words", lambda s: s.height, events={"fell over": lambda s: s.height < 0})
    with pytest.raises(UsageError, match="'fell over' is no Python identifier"):
        Environment(signals=(height,), tasks=(task,))


@pytest.mark.parametrize("name", environment_names())
def test_the_events_of_a_bundled_environment_are_told_from_declared_signals(name):
    environment = load_environment(name)
    rows = {s.name: np.zeros((5, *s.shape), dtype=np.float32) for s in environment.signals}
    rows |= {"episode_step": np.arange(5), "terminated": np.zeros(5, bool)}
    events = environment.task.events
    assert set(event_rows(events, rows)) == set(events)


def test_a_pole_beyond_twelve_degrees_fell_and_a_cart_beyond_the_track_left_it():
    rows = {
        "pole_angle": np.array([0.0, 0.22, -0.22]),
        "cart_position": np.array([-2.5, 0.0, 2.3]),
        "episode_step": np.arange(3),
    }
    told = event_rows(load_environment("cartpole").task.events, rows)
    assert told["fell"].tolist() == [False, True, True]
    assert told["left_the_track"].tolist() == [True, False, False]
