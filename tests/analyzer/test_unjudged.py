"""Goals without a fitness: what happened is named with its evidence, and nothing is judged."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardsmith.analyzer import EnvironmentFacts, Ranking, diagnose
from rewardsmith.records import Episode
from tests.analyzer.synthetic import CANDIDATE, CAR, POLE, RUNNER, STEPS, Training, swing

GOAL = replace(RUNNER, measured=False, unit="")
HILL = replace(CAR, measured=False, maximum=None, success=None, goal={})
T = np.arange(200)


def episode(training, seed=0, *, length=200, terminated=False, components=None, **signals):
    """An episode of signals alone; what is not given stands still."""
    columns = {"velocity": 0.0, "height": 0.5, "heading": 0.0} | signals
    action = columns.pop("action", 0.5 * np.sin(np.arange(length)[:, None] / 3 + [0, 1]))
    training.episode(
        seed,
        terminated=terminated,
        fitness=np.zeros(length),
        action=action,
        components={"speed": 0.1 * np.sin(np.arange(length))} if components is None else components,
        **{name: np.broadcast_to(value, length) for name, value in columns.items()},
    )


def diagnosis_of(training, facts=GOAL, *, earlier=None):
    """The diagnosis of rows that hold no fitness."""
    arrays = {
        seed: {name: column for name, column in rows.items() if name != "fitness"}
        for seed, rows in training.trajectories.items()
    }
    return diagnose(CANDIDATE, training.result, arrays, facts, earlier=earlier)


def told(training, facts=GOAL, **more):
    """Sentences by name; none of them speaks of a fitness."""
    diagnosis = diagnosis_of(training, facts, **more)
    every = [diagnosis.text, *(finding.sentence for finding in diagnosis.findings)]
    assert not re.search("fitness|score", " ".join(every))
    return {finding.name: finding.sentence for finding in diagnosis.findings}


def test_ends_are_told_with_how_many_when_and_in_what_state():
    training = Training()
    for length in (40, 41, 42):
        episode(training, 5, length=length, terminated=True, heading=np.linspace(0, 0.3, length))
    episode(training, 5)
    found = told(training)
    # three of four, the median of 40, 41, 42; the heading of the lasting one is 0 all along, and
    # the last but one of linspace(0, 0.3, 42) is 0.3 * 40 / 41 = 0.293
    assert found["ends_early"].startswith(
        "3 of 4 episodes were ended by the simulator, at a median of step 41 of 200, the first at "
        "40, the last at 42. In 3 of these 3 recorded ends, and on no other recorded step, heading "
        "was above 0.293. In seed 5, episode 0 it ended at step 40 with velocity 0"
    )
    assert "lasts" not in found


def test_episodes_that_all_last_are_told_as_that():
    training = Training()
    for k in range(2):
        episode(training, k, velocity=2.0)
    assert told(training)["lasts"].startswith(
        "All 2 episodes lasted to the time limit (200 steps): the simulator ended none."
    )


def test_one_end_among_many_episodes_is_told_less_gravely_than_most():
    few, most = Training(), Training()
    for k in range(4):
        episode(few, terminated=k == 0, length=100 if k == 0 else 200)
        episode(most, terminated=k > 0, length=100 if k else 200)
    severity = [
        next(f.severity for f in diagnosis_of(one).findings if f.name == "ends_early")
        for one in (few, most)
    ]
    # 0.5 + 0.2 * (1 - 100 / 200) = 0.6, of which 0.8 without a judgement, and 0.7 where it is rare
    assert severity == [pytest.approx(0.6 * 0.7 * 0.8), pytest.approx(0.6 * 0.8)]


def test_a_fall_is_told_from_a_height_that_goes_down_and_stays_down():
    training = Training()
    for k in range(4):
        episode(training, k % 2, height=np.where(100 + k <= T, 0.1, 0.9))
    # the bank's lowest is 0: from 0.9 half of the way is 0.45, and 0.1 lies below
    assert told(training)["fell"].startswith(
        "4 of 4 recorded episodes fall and stay down: seed 0, episode 0, height goes from 0.9 to "
        "0.1 at step 100 and is 0.1 at the end (step 200)."
    )


def test_who_gets_up_again_or_lies_from_the_start_has_not_fallen():
    for height in (np.where((T > 50) & (T < 80), 0.1, 0.9), np.full(200, 0.05)):
        training = Training()
        for _ in range(3):
            episode(training, height=height)
        assert "fell" not in told(training)


def test_declared_bounds_that_are_left_are_told_with_the_steps_out_there():
    training = Training()
    for k in range(4):
        episode(training, heading=np.where((T >= 50) & (60 + k > T), 1.5, 0.0))
    facts = replace(GOAL, bounds={"heading": (-1.0, 1.0), "height": (0.0, None)})
    assert told(training, facts)["out_of_bounds"].startswith(
        "4 of 4 recorded episodes leave the declared bounds of heading (-1 to 1): seed 0, episode "
        "0, 10 steps from 50 on, with 1.5 to 1.5. What pays for it is speed: "
    )


def fallen(*, fitness=0.0, terminated=False):
    """A runner that is measured, lies down after 40 steps, and slides out of its bounds."""
    training, length = Training(), 60 if terminated else 200
    for k in range(4):
        training.episode(
            k % 2,
            terminated=terminated,
            fitness=np.full(length, fitness),
            action=0.5 * np.sin(np.arange(length)[:, None] / 3 + [0, 1]),
            components={"low": np.where(np.arange(length) < 40, -0.9, -0.1)},
            velocity=np.full(length, 0.1),
            height=np.where(np.arange(length) < 40, 0.9, 0.1),
            heading=np.linspace(0.0, 1.5, length),
        )
    facts = replace(RUNNER, bounds={"heading": (-1.0, 1.0)})
    findings = diagnose(CANDIDATE, training.result, training.trajectories, facts).findings
    return {finding.name: finding.sentence for finding in findings}


def test_a_fall_and_bounds_that_are_left_are_told_of_a_task_that_is_far_from_done_as_well():
    found = fallen()
    assert found["fell"].startswith(
        "4 of 4 recorded episodes fall and stay down: seed 0, episode 0"
    )
    assert "the least, low, -0.1 a step" in found["fell"]
    assert found["out_of_bounds"].startswith("4 of 4 recorded episodes leave the declared bounds")


def test_what_works_is_not_told_as_a_fall():
    assert not {"fell", "out_of_bounds"} & set(fallen(fitness=0.1))


def test_ends_beyond_either_side_of_a_signal_are_told_as_bounds():
    training = Training()
    for k in range(6):
        side = 1 if k < 2 else -1
        episode(training, length=50, terminated=True, heading=side * np.linspace(0, 0.49, 50))
    found = told(training)
    # the last but one of linspace(0, 0.49, 50) is 0.48
    assert found["out_of_bounds"].startswith(
        "Episodes end where heading was below -0.48 or above 0.48: 4 of the recorded ends lie "
        "below, 2 above, and no other recorded step does either."
    )


def test_who_never_leaves_the_start_is_named():
    training = Training()
    for k in range(4):
        episode(training, k, heading=0.01 * np.sin(T / 5))
    assert "The agent never left the start" in told(training)["never_moved"]


def test_who_stands_still_after_a_while_is_named():
    training = Training()
    for k in range(4):
        away = np.minimum(T, 80 + k) / 40
        episode(training, k % 2, heading=away, velocity=np.where(80 + k > T, 1.0, 0.0))
    sentence = told(training)["stalled"]
    assert "4 of 4 recorded episodes stall: seed 0, episode 0 stands still from step 80" in sentence


def test_who_swings_in_one_place_is_named():
    training = Training()
    for k in range(4):
        position = swing(200, period=40)
        training.episode(
            k % 2,
            fitness=np.zeros(200),
            action=np.arange(200) % 3,
            components={"speed": np.abs(np.gradient(position))},
            position=position,
            velocity=np.gradient(position),
        )
    found = told(training, HILL)
    assert "4 of 4 recorded episodes go to and fro and stay in one place" in found["oscillating"]


def test_a_gait_that_goes_somewhere_is_no_to_and_fro():
    training = Training()
    for k in range(4):
        episode(training, k % 2, velocity=2 + np.sin(T / 3), heading=0.5 * np.sin(T / 3))
    assert "oscillating" not in told(training)


def test_an_angle_that_turns_one_way_is_named_with_its_turns():
    training = Training()
    for k in range(4):
        episode(training, k % 2, heading=np.angle(np.exp(1j * T * 0.1 * np.pi)))
    # 199 changes of a twentieth of a turn: 9.95
    assert "heading makes 9.9 turns one way in steps 0 to 199" in told(training)["spinning"]


@pytest.mark.parametrize(
    ("action", "name", "says"),
    [
        (np.full((200, 2), 0.3), "same_action", "the same action (0.3, 0.3) on 100% of 400 steps"),
        (np.sign(np.sin(T[:, None] / 9 + [0, 1]) + 1e-9), "saturated_actions", "100% of the"),
        ((-0.6) ** (T[:, None] % 2) * [1, 1], "chattering", "turns round on 100% of the steps"),
    ],
)
def test_what_is_odd_about_actions_is_named(action, name, says):
    training = Training()
    for k in range(2):
        episode(training, k, action=action, velocity=2.0)
    assert says in told(training)[name]


def test_every_declared_event_that_happened_is_a_finding_and_the_others_stand_in_the_numbers():
    facts = replace(
        GOAL,
        events={
            "lay": lambda s: s.height < 0.2,
            "touched": lambda s: s.heading > 0.5,
            "broke": lambda s: s.terminated & (s.velocity > 1),
            "flew": lambda s: s.height > 3,
        },
    )
    training = Training()
    for k in range(4):
        low, touch = np.where(T >= 100, 0.1, 0.5), np.where(30 + k == T % 100, 1.0, 0.0)
        episode(training, k % 2, height=low, heading=touch, terminated=k < 3, velocity=2.0)
    found = told(training, facts)
    assert found["lay"].startswith(
        "4 of 4 recorded episodes get into lay and stay there: seed 0, episode 0 from step 100 on "
        "(100% of the steps to its end at 200)."
    )
    # two steps of 200 each
    assert found["touched"] == (
        "4 of 4 recorded episodes have touched, on 1% of all steps: seed 0, episode 0 first at "
        "step 30 of 200, in the median at step 32."
    )
    assert found["broke"].endswith("in the median at step 199. 3 of them ended with it.")
    assert "Events that never happened: flew." in diagnosis_of(training, facts).text


def test_a_return_that_never_rose_is_told_with_both_its_numbers():
    training = Training(curves={"return": np.full(10, 3.0)})
    episode(training, velocity=2.0)
    assert (
        "was 3 in the first third of training and 3 in the last (10000 steps)"
        in (told(training)["return_flat"])
    )


def with_checkpoints(result, returns, episodes):
    """The same result with returns at checkpoints, and its episodes' rewards."""
    made = tuple(Episode(fitness=0.0, length=n, terminated=n < 200, reward=r) for n, r in episodes)
    members = tuple(
        replace_struct(
            member,
            episodes=made,
            checkpoint_steps=STEPS[: len(returns)],
            checkpoint_return=tuple(returns),
            checkpoint_fitness=(0.0,) * len(returns),
        )
        for member in result.members
    )
    return replace_struct(result, members=members)


def replace_struct(record, **changes):
    import msgspec

    return msgspec.structs.replace(record, **changes)


def test_a_return_that_was_had_and_lost_is_told_with_its_checkpoint():
    training = Training()
    for k in range(2):
        episode(training, k, velocity=2.0)
    result = with_checkpoints(training.result, (1.0, 9.0, 8.0), [(200, 2.0), (200, 4.0)])
    findings = diagnose(CANDIDATE, result, training.trajectories, GOAL).findings
    # the mean of 2 and 4 at the end; 9 was the best, at the second checkpoint
    (sentence,) = [f.sentence for f in findings if f.name == "return_lost"]
    assert "in 2 of 2 seeds: seed 0 returned 9 at step 2000 and 3 at step 10000." in sentence


def test_a_cost_that_was_learned_to_be_avoided_is_told_without_a_judgement():
    training = Training(component_means={"effort": np.linspace(-1, -0.05, 10)})
    for k in range(2):
        episode(training, k, velocity=2.0, components={"effort": np.full(200, -0.01)})
    # from the mean of the first three points, -1 + 0.95 / 9 = -0.894, to -0.01
    assert told(training)["costs_win"].startswith(
        "What was learned is to avoid effort: it shrank from -0.894 to -0.01 a step, 100% of all "
        "that was gained in return."
    )


def test_an_income_that_always_comes_is_told_as_what_is_paid():
    training = Training()
    for k in range(2):
        episode(training, k, velocity=2.0, components={"alive": 1.0, "calm": -0.1 * np.sin(T) ** 2})
    assert told(training)["survival_bonus"].startswith(
        "Surviving is what is paid, whatever the policy does besides: alive pays +1 on every step "
        "(spread 0), 95% of all that is paid and charged, while 2 of 2 episodes last"
    )


def test_ending_early_pays_where_nearly_every_step_costs():
    training = Training()
    for k in range(4):
        episode(training, k % 2, length=40, terminated=True, components={"cost": -0.5})
    # 0.5 a step for the 160 steps that are left
    assert (
        "loses 80 less than one that lasts to 200: ending early pays."
        in (told(training)["living_costs"])
    )


def test_what_is_wrong_with_a_reward_for_certain_stands_before_what_nobody_judged():
    training = Training()
    for k in range(2):
        episode(training, k, components={"huge": 1e5 * np.sin(T), "dead": 0.0})
    names = [finding.name for finding in diagnosis_of(training).findings]
    assert names.index("exploding") < names.index("never_moved")


# ---------------------------------------------------------------- where factors are ranked


def longer(episodes):
    """Of two episodes the longer one is preferred."""
    lengths = np.array([len(rows["episode_step"]) for rows in episodes])
    return 0.5 + 0.5 * np.sign(lengths[:, None] - lengths)


RANKED = replace(GOAL, ranking=Ranking("length", longer))


def of_lengths(by_seed):
    training = Training()
    for seed, lengths in by_seed.items():
        for length in lengths:
            episode(
                training, seed, length=length, terminated=length < 200, components={"pay": -1.0}
            )
    return training


def test_the_ranking_says_how_ends_stand_to_what_lasted():
    found = told(of_lengths({0: (50, 60, 70, 200, 200, 200)}), RANKED)
    assert "preferred to those that lasted in 0% of 9 pairs" in found["ends_early"]


def test_a_reward_that_falls_where_the_ranking_rises_has_the_wrong_sign():
    # -1 a step: of two episodes the longer one always has less; 8 different lengths are 28 pairs
    found = told(of_lengths({0: (30, 40, 50, 60), 1: (70, 80, 90, 200)}), RANKED)
    assert "has more return in only 0% of 28 pairs" in found["wrong_sign"]


def test_what_the_ranking_had_at_a_checkpoint_and_lost_is_told_with_what_changed():
    training = of_lengths({7: (30, 40)})
    before = of_lengths({7: (200, 35)}).trajectories[7]
    found = told(training, RANKED, earlier={(7, 5000): before})
    # 200 beats both, 35 beats 30: 3 of 4 are too few; 200 and 45 beat both
    assert "solved_then_lost" not in found
    before = of_lengths({7: (200, 45)}).trajectories[7]
    found = told(training, RANKED, earlier={(7, 5000): before})
    assert found["solved_then_lost"].startswith(
        "Had, then lost by the ranking in 1 of 1 seeds: seed 7's episodes recorded at step 5000 "
        "are preferred to its last ones in 100% of 4 pairs. In the episodes recorded at step 5000 "
        "against the last ones: episodes lasted 122 steps then and 35 now."
    )


def test_an_episode_that_was_cut_is_not_ranked():
    """Of 200 steps 150 were recorded; it would be preferred to the last ones, which ended."""
    training, before = of_lengths({7: (30, 40)}), of_lengths({7: (200,)}).trajectories[7]
    cut = {name: rows[:150] for name, rows in before.items()}
    assert "solved_then_lost" in told(training, RANKED, earlier={(7, 5000): before})
    assert "solved_then_lost" not in told(training, RANKED, earlier={(7, 5000): cut})


def test_seeds_that_the_ranking_keeps_apart_are_told():
    found = told(of_lengths({1: (200, 200, 200), 2: (30, 40, 50)}), RANKED)
    assert "seed 1's episodes are preferred to seed 2's in 100% of 9 pairs" in found["uneven_seeds"]


def test_a_ranking_that_cannot_be_told_leaves_the_facts():
    facts = replace(GOAL, ranking=Ranking("x", lambda _: None))
    assert set(told(of_lengths({0: (50, 60, 200)}), facts)) >= {"ends_early", "never_moved"}


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_no_training_however_odd_is_told_a_fitness(data):
    values = st.sampled_from([0.0, 1.0, -1.0, 1e6, 3.3, float("nan")])
    training = Training()
    for seed in range(data.draw(st.integers(1, 2))):
        for _ in range(data.draw(st.integers(1, 4))):
            length = data.draw(st.integers(1, 60))
            odd = np.resize(data.draw(st.lists(values, min_size=1, max_size=5)), length)
            finite = np.nan_to_num(odd)
            episode(
                training,
                seed,
                length=length,
                terminated=data.draw(st.booleans()),
                velocity=odd,
                height=finite,
                heading=finite * 3,
                action=np.resize(finite, (length, 2)),
                components={"a": finite, "b": -np.abs(finite)},
            )
    bare = EnvironmentFacts(measured=False)
    pole = replace(POLE, measured=False, maximum=None)
    bounded = replace(RANKED, bounds={"height": (0.0, 2.0), "heading": (None, 1.0)})
    told(training, data.draw(st.sampled_from([GOAL, bounded, pole, bare])))
