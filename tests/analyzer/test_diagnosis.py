"""The numbers beside the findings: what they say, how long they are, what they never hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardsmith.analyzer import (
    EnvironmentFacts,
    diagnose,
    goal_of,
    load_trajectories,
    score_text,
    strengths,
    task_facts,
)
from rewardsmith.analyzer.components import component_numbers
from rewardsmith.analyzer.evidence import gather, number, thirds
from rewardsmith.backends import ActionSpace
from rewardsmith.bank import Bank, BankEpisode
from rewardsmith.environments import Environment, Signal, Task
from rewardsmith.records import Episode, MemberResult, Score, TrainResult
from tests.analyzer.synthetic import (
    CANDIDATE,
    CAR,
    POLE,
    RUNNER,
    STEPS,
    Training,
    car,
    climb,
    pole,
    runner,
)


def small_training():
    """Two seeds, one episode each, of four steps, worked out by hand."""
    training = Training(
        curves={"fitness": np.arange(10.0), "return": 2 * np.arange(10.0)},
        component_means={"a": np.arange(10.0), "b": np.zeros(10)},
    )
    for seed in (3, 4):
        training.episode(
            seed,
            fitness=np.array([0.0, 1.0, 2.0, 3.0]) + (seed - 3),
            action=np.zeros((4, 1)),
            components={"a": np.array([0.0, 2.0, 0.0, 2.0]), "b": np.array([1.0, 1.0, 1.0, 1.0])},
            x=np.arange(4.0),
        )
    return training


def test_component_numbers_are_those_worked_out_by_hand():
    training = small_training()
    evidence = gather(training.result, training.trajectories, RUNNER)
    a, b = component_numbers(evidence)
    # a is 0, 2, 0, 2 twice: mean 1, standard deviation 1, not zero on half of the steps
    assert (a.name, a.mean, a.spread, a.share, a.active) == ("a", 1, 1, 1, 0.5)
    assert (b.name, b.mean, b.spread, b.share, b.active) == ("b", 1, 0, 0, 1)
    assert a.steps is None, "eight steps are too few to correlate"


@pytest.mark.parametrize(
    ("reduce", "told"), [("sum", "+0, +2, +4, +6"), ("mean", "+0, +1, +2, +3")]
)
def test_quarters_are_scored_as_the_task_scores_an_episode(reduce, told):
    training = Training()
    steps = np.repeat(np.arange(4.0), 2)
    training.episode(3, fitness=steps, action=np.zeros((8, 1)), components={"a": steps}, x=steps)
    facts = replace(RUNNER, reduce=reduce)
    text = diagnose(CANDIDATE, training.result, training.trajectories, facts).text
    assert f"Task score by quarter of the episode: {told}." in text


def test_the_text_tells_where_scalar_signals_were_and_where_episodes_ended():
    training = Training()
    path = np.arange(21.0)
    training.episode(
        3,
        fitness=path,
        action=np.zeros((21, 1)),
        components={"a": path},
        place=path,
        pair=np.zeros((21, 2)),
    )
    facts = replace(RUNNER, units={"missing": "m", "place": "m", "pair": "m"})
    text = diagnose(CANDIDATE, training.result, training.trajectories, facts).text
    # of 0, 1, ... 20 one in twenty is below 1, half below 10, all but one in twenty below 19
    assert (
        "Signals (5%, 50%, 95% of the recorded steps are below | median at the end): "
        "place 1 10 19 | 20."
    ) in text


def test_the_text_tells_score_episodes_training_and_components():
    training = small_training()
    text = diagnose(CANDIDATE, training.result, training.trajectories, RUNNER).text
    # fitness 0 + 1 + 2 + 3 = 6 with seed 3, 10 with seed 4
    assert "Task score: 8 m (range 6 to 10, 2 seeds); by seed 3: 6, 4: 10." in text
    assert "Episodes: 2, median length 4 (4 to 4) of 200; ended by the simulator 0" in text
    # the steps of one episode have 0 1 2 3, of the other one more
    assert (
        "Task score by quarter of the episode (lowest to highest episode): "
        "+0.5 (0 to 1), +1.5 (1 to 2), +2.5 (2 to 3), +3.5 (3 to 4)."
    ) in text
    assert f"at steps {' '.join(map(str, STEPS))}:" in text
    assert "  task score: 0 1 2 3 4 5 6 7 8 9" in text
    assert "  return: 0 2 4 6 8 10 12 14 16 18" in text
    assert "  a: +1 | 100% | 1 | 50% | -, -" in text
    assert "    mean: 0 1 2 3 4 5 6 7 8 9" in text


def test_the_text_counts_successes():
    training = Training()
    for k in range(4):
        car(training, k % 2, position=climb(), success=k < 3)
    text = diagnose(CANDIDATE, training.result, training.trajectories, CAR).text
    assert "Success (1 or more): 3 of 4 episodes." in text
    assert "ended by the simulator 3 (median step 110), by the time limit 1." in text


def test_a_diagnosis_is_the_same_every_time():
    def once():
        training = Training()
        for k in range(6):
            runner(training, k % 3, length=60, terminated=True)
        return diagnose(CANDIDATE, training.result, training.trajectories, RUNNER)

    assert once() == once()


def test_rows_may_come_in_any_order():
    training = Training()
    for k in range(4):
        runner(training, length=80 + k, terminated=True)
    shuffled = {}
    for seed, arrays in training.trajectories.items():
        order = np.random.default_rng(0).permutation(len(arrays["episode"]))
        shuffled[seed] = {name: array[order] for name, array in arrays.items()}
    straight = diagnose(CANDIDATE, training.result, training.trajectories, RUNNER)
    assert diagnose(CANDIDATE, training.result, shuffled, RUNNER) == straight


def test_forty_components_still_fit_into_four_kilobytes():
    training = Training(
        component_means={f"component_number_{k}": np.linspace(-1.234, 1e5, 10) for k in range(40)}
    )
    rng = np.random.default_rng(0)
    for seed in range(10):
        many = {f"component_number_{k}": rng.normal(size=200) * k for k in range(40)}
        runner(training, seed, components=many)
    text = diagnose(CANDIDATE, training.result, training.trajectories, RUNNER).text
    assert len(text) < 4000
    assert "component_number_39" in text
    assert "more with smaller shares" in text


def test_the_simulators_return_is_told_nowhere():
    episodes = (Episode(fitness=1.0, length=9, terminated=True, simulator_return=-98765.0),)
    members = (MemberResult(reward="g00-c00", seed=1, steps=10, fitness=1.0, episodes=episodes),)
    result = TrainResult(reward="g00-c00", purpose="selection", members=members)
    diagnosis = diagnose(CANDIDATE, result, {}, RUNNER)
    assert "98765" not in diagnosis.text + "".join(f.sentence for f in diagnosis.findings)


def test_a_training_of_which_nothing_is_left_says_so():
    members = (MemberResult(reward="g00-c00", seed=1, steps=10, failure="timeout: over 5 s"),)
    result = TrainResult(reward="g00-c00", purpose="selection", members=members)
    diagnosis = diagnose(CANDIDATE, result, {}, RUNNER)
    assert [f.name for f in diagnosis.findings] == ["failed"]
    assert "timeout: over 5 s" in diagnosis.findings[0].sentence
    assert diagnosis.text.splitlines()[0] == "Task score: none: training failed."
    assert diagnosis.policies == 1


def test_curves_alone_are_enough_for_numbers():
    training = small_training()
    diagnosis = diagnose(CANDIDATE, training.result, {}, EnvironmentFacts())
    assert "Task score: 8" in diagnosis.text


def test_a_signal_that_is_not_finite_is_left_out():
    training = Training()
    for _ in range(3):
        runner(training, length=50, terminated=True)
    arrays = training.trajectories[0]
    arrays["height"][7] = np.nan
    diagnosis = diagnose(CANDIDATE, training.result, {0: arrays}, RUNNER)
    assert "height" not in diagnosis.findings[0].sentence


def test_early_ends_are_quoted_with_place_step_and_values():
    training = Training()
    for k in range(4):
        runner(training, 5, length=40 + k, terminated=True, heading=np.full(40 + k, 0.25))
    diagnosis = diagnose(CANDIDATE, training.result, training.trajectories, RUNNER)
    (finding,) = [f for f in diagnosis.findings if f.name == "ends_early"]
    # lengths 40, 41, 42, 43: median 41.5, told as an even 42
    assert "4 of 4 episodes ended early" in finding.sentence
    assert "at a median of step 42 of 200, the first at 40." in finding.sentence
    assert "In seed 5, episode 0 it ended at step 40 with" in finding.sentence
    assert "heading 0.25" in finding.sentence


def test_ending_early_is_no_fault_where_the_fitness_wants_it():
    """No success is declared, but episodes that end are worth more than those that do not."""
    training = Training()
    for k in range(8):
        length = 200 if k < 4 else 60 + k
        runner(
            training,
            length=length,
            terminated=k >= 4,
            velocity=np.full(length, 0.1 if k < 4 else 3.0),
        )
    diagnosis = diagnose(CANDIDATE, training.result, training.trajectories, RUNNER)
    assert "ends_early" not in [f.name for f in diagnosis.findings]


def test_the_pole_that_falls_is_told_as_ending_early():
    training = Training(curves={"fitness": np.linspace(20, 60, 10)})
    for k in range(6):
        pole(training, k, length=60 + k)
    diagnosis = diagnose(CANDIDATE, training.result, training.trajectories, POLE)
    assert diagnosis.findings[0].name == "ends_early"
    assert "The most possible is 500." in diagnosis.text


def test_each_of_two_results_is_told_in_what_it_is_ahead():
    fast, steady = Training(), Training()
    for seed in range(2):
        runner(fast, seed, velocity=np.full(200, 3.0), length=200)
        runner(steady, seed, velocity=np.full(400, 1.0), length=400)
    # 200 steps of 3 m/s * 0.05 s are 30 m, 400 of 1 m/s are 20 m
    first, second = strengths([fast.result, steady.result])
    assert first == ("the higher score of its worst seed", "the higher score of its best episode")
    assert second == ("the longer episodes",)


def test_nobody_is_ahead_of_an_equal_or_of_one_that_has_no_result():
    one, failed = Training(), TrainResult(reward="b", purpose="selection", members=())
    runner(one, 0, velocity=np.full(200, 3.0), length=200)
    assert strengths([one.result, one.result]) == ((), ())
    assert strengths([one.result, failed]) == ((), ())


def test_scores_are_told_with_what_is_known_of_them():
    assert score_text(None) == "none: training failed"
    assert score_text(Score(value=2.5, low=2.5, high=2.5, seeds=1), "m") == (
        "2.5 m (one seed: no interval)"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1.23456, "1.23"),
        (1234.0, "1234"),
        (999.96, "999.96"),
        (-0.00123, "-0.00123"),
        (None, "-"),
        (1e-9, "1e-09"),
        (123456.0, "1.2346e+05"),
    ],
)
def test_numbers_are_short(value, text):
    assert number(value) == text


def test_thirds_of_a_curve_leave_unknown_points_out():
    assert thirds((1.0, 3.0, None, 5.0, 5.0, 7.0, 9.0)) == (2.0, 8.0)
    assert thirds((1.0, 2.0)) == (None, None)


def test_facts_come_from_environment_and_bank_without_the_fitness():
    environment = Environment(
        signals=(Signal("height", "m", "how high", lambda t: t.obs[..., 0]),),
        tasks=(Task("jump", "Jump.", fitness=lambda s: s.height, unit="m", success=2.0),),
        backends={"gymnasium": "X-v0"},
    )
    episodes = tuple(
        BankEpisode(
            signals={"height": np.array([0.0, end], np.float32)}, fitness=end, terminated=True
        )
        for end in (2.0, 2.1, 2.2, 0.5)
    )
    bank = Bank(
        transitions={"height": np.zeros(4)},
        episodes=episodes,
        action_space=ActionSpace(count=2),
        ranges={"height": (0.0, 3.0)},
    )
    facts = task_facts(environment, bank)
    assert facts.ranges == {"height": (0.0, 3.0)}
    assert (facts.success, facts.unit, facts.units) == (2.0, "m", {"height": "m"})
    assert facts.goal["height"] == pytest.approx((2.0, 2.2))
    assert not any(callable(getattr(facts, name)) for name in facts.__slots__)


def test_trajectories_are_read_as_the_trainer_writes_them(tmp_path):
    rows = {"total": np.ones(3), "component.speed": np.zeros(3), "simulator": np.full(3, 9.0)}
    np.savez_compressed(tmp_path / "one.npz", **rows)
    (tmp_path / "torn.npz").write_bytes(b"PK torn")
    members = tuple(
        MemberResult(reward="g00-c00", seed=seed, steps=1, fitness=1.0, trajectories=path)
        for seed, path in enumerate(["one.npz", "torn.npz", "lost.npz", None])
    )
    result = TrainResult(reward="g00-c00", purpose="selection", members=members)
    found = load_trajectories(tmp_path, result)
    assert {seed: set(arrays) for seed, arrays in found.items()} == {
        0: {"total", "component_speed"}
    }


def test_recorded_rows_find_their_episode_although_only_some_are_recorded():
    training = Training()
    for k in range(6):
        runner(training, length=50 + k // 2, terminated=True, velocity=np.full(50 + k // 2, k / 2))
    arrays = training.trajectories[0]
    kept = np.isin(arrays["episode"], [2, 5])
    some = {name: array[kept] for name, array in arrays.items()}
    some["episode"] = np.where(some["episode"] == 2, 0, 1)
    rows = gather(training.result, {0: some}, RUNNER).rows
    # episode 2 runs 51 steps at 1 m/s for 0.05 s each, episode 5 52 steps at 2.5 m/s
    assert [row.record.fitness for row in rows] == [pytest.approx(2.55), pytest.approx(6.5)]


def test_a_goal_is_where_successes_end_close_together():
    ends = {"position": [0.5, 0.51, 0.52], "velocity": [0.01, 0.06, -0.06], "few": [1.0]}
    ranges = {"position": (-1.2, 0.6), "velocity": (-0.07, 0.07), "few": (0.0, 1.0)}
    assert goal_of(ends, ranges) == {"position": (0.5, 0.52)}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_training_however_odd_breaks_the_analyzer(data):
    values = st.sampled_from([0.0, 1.0, -1.0, 1e6, 1e-12, 3.3, float("inf"), float("nan")])
    training = Training()
    for seed in range(data.draw(st.integers(1, 2))):
        for _ in range(data.draw(st.integers(1, 3))):
            length = data.draw(st.integers(1, 60))
            first, second, third = (
                np.resize(data.draw(st.lists(values, min_size=1, max_size=5)), length)
                for _ in range(3)
            )
            finite = np.nan_to_num(first, posinf=5, neginf=-5)
            training.episode(
                seed,
                terminated=data.draw(st.booleans()),
                fitness=finite,
                action=np.resize(finite, (length, 2)),
                components={"a": second, "b": finite},
                velocity=third,
                height=finite,
                heading=finite * 3,
            )
    facts = data.draw(st.sampled_from([RUNNER, CAR, POLE, EnvironmentFacts()]))
    diagnosis = diagnose(CANDIDATE, training.result, training.trajectories, facts)
    assert len(diagnosis.text) < 4000


def test_running_the_wrong_way_is_not_going_to_and_fro():
    training = Training(curves={"fitness": np.linspace(0, -10, 10)})
    for k in range(4):
        velocity = -1.5 + np.sin(np.arange(200) / 4)
        runner(training, k % 2, velocity=velocity, heading=np.sin(np.arange(200) / 4))
    diagnosis = diagnose(CANDIDATE, training.result, training.trajectories, RUNNER)
    assert "oscillating" not in [f.name for f in diagnosis.findings]
