"""What simple policies tell of a reward: beside a goal, on the way, against their own fitness.

Twenty policies walk from 0.5 to 0 in steps of 0.01: what counts are the last six, up to 0.05.
Near is 0.15 of the range (0.5) more: the seven from 0.06 to 0.12.
"""

import numpy as np
import pytest

from rewardsmith.analyzer import EnvironmentFacts, base_on, diagnose
from rewardsmith.analyzer.agreement import base_from
from rewardsmith.bank import Bank, BankEpisode
from tests.analyzer.synthetic import CANDIDATE, RUNNER, Training, runner
from tests.analyzer.test_planted_faults import runner_that_stalls

HUNDREDTHS = np.arange(50, -1, -1)
FACTS = EnvironmentFacts(time_limit=51, maximum=1.0, reduce="mean")
RING = np.select([HUNDREDTHS <= 5, HUNDREDTHS <= 12], [0.2, 1.0], 0.0)
"""What a ring around the goal pays."""


def walks(pay, *, count=20):
    """The reward on the bank, from what each episode's steps were paid, (51,) or one by episode."""
    distance = HUNDREDTHS / 100
    counts = (HUNDREDTHS <= 5) * 1.0
    episode = BankEpisode({"distance": distance}, float(counts.mean()), terminated=False)
    bank = Bank(
        transitions={},
        episodes=tuple(
            BankEpisode(episode.signals, episode.fitness, terminated=False, steps=counts)
            for _ in range(count)
        ),
        ranges={"distance": (0.0, 0.5)},
    )
    columns = np.concatenate([pay] * count) if np.ndim(pay) == 1 else np.concatenate([*pay])
    return base_on(bank, {"": columns, "near": columns})


def told(base, facts=FACTS, fitness=0.0):
    """The sentence about hovering, where there is one, of a policy that stays 0.1 away."""
    training = Training()
    training.episode(
        0,
        fitness=np.full(51, fitness),
        action=np.zeros(51),
        components={"near": 1.0 + 0.01 * np.sin(np.arange(51))},
        score=fitness,
    )
    findings = diagnose(CANDIDATE, training.result, training.trajectories, facts, base).findings
    return next((f.sentence for f in findings if f.name == "hovering"), None)


def test_a_ring_around_the_goal_that_pays_more_than_the_goal_is_told_with_what_is_paid_where():
    sentence = told(walks(RING))
    assert sentence is not None
    assert "(distance 0 to 0.05) the reward is +0.2, on those near by" in sentence
    assert "+1, elsewhere +0; in 100% of the episodes" in sentence


@pytest.mark.parametrize(
    "pay",
    [1 - HUNDREDTHS / 50, HUNDREDTHS / 50, np.ones(51)],
    ids=["the nearer the more", "the farther the more", "the same everywhere"],
)
def test_nothing_is_told_of_pay_that_is_not_highest_near_the_goal(pay):
    assert told(walks(pay)) is None


def test_nothing_is_told_where_only_a_few_episodes_are_paid_more_near_the_goal():
    """By the mean near (0.35) pays more than there (0.2), but in only five of twenty episodes."""
    pays = [3 * RING if k < 5 else np.where(HUNDREDTHS <= 5, 0.066, 0.0) for k in range(20)]
    assert np.mean([p[HUNDREDTHS == 8] for p in pays]) > np.mean([p[-1] for p in pays])
    assert told(walks(pays)) is None


def test_nothing_is_told_of_a_solved_task_of_a_goal_reached_once_or_of_too_few_episodes():
    assert told(walks(RING), fitness=1.0) is None
    ends_there = EnvironmentFacts(time_limit=51, maximum=1.0, reduce="max")
    assert told(walks(RING), ends_there) is None
    assert told(walks(RING, count=9)) is None


def ordered(share):
    """A reward that orders all (1) or none (0) of the pairs of simple policies as the task does."""
    fitness = np.arange(40.0)
    return base_from([1] * 40, list(fitness), np.zeros(0), {"": fitness if share else -fitness})


def test_a_stall_is_no_fault_where_the_reward_asks_for_the_task_and_training_is_under_way():
    training, facts = runner_that_stalls()
    training.curves["fitness"] = np.linspace(0, 1, 10)
    found = {
        share: {
            f.name
            for f in diagnose(
                CANDIDATE, training.result, training.trajectories, facts, ordered(share)
            ).findings
        }
        for share in (0, 1)
    }
    assert "stalled" in found[0]
    assert "stalled" not in found[1]
    training.curves["fitness"] = np.full(10, 1.0)  # it gains nothing
    stuck = diagnose(CANDIDATE, training.result, training.trajectories, facts, ordered(1)).findings
    assert "stalled" in {f.name for f in stuck}


@pytest.mark.parametrize(
    ("lengths", "returns", "severity"),
    [
        # thirds of ten points are three: 100 against 50, and 100 against 90
        ([100] * 5 + [50] * 5, np.linspace(0, 10, 10), 0.87),
        ([100] * 5 + [50] * 5, np.linspace(10, 0, 10), 0.66),
        ([100] * 5 + [90] * 5, np.linspace(0, 10, 10), 0.66),
    ],
)
def test_ends_that_were_learned_are_graver_than_those_that_came(lengths, returns, severity):
    """Otherwise 0.5 + 0.2 (1 - 40 / 200) = 0.66."""
    training = Training(curves={"length": lengths, "return": returns})
    for k in range(4):
        runner(training, k % 2, length=40, terminated=True)
    findings = diagnose(CANDIDATE, training.result, training.trajectories, RUNNER).findings
    assert next(f.severity for f in findings if f.name == "ends_early") == severity


@pytest.mark.parametrize(
    ("score", "start", "told_of"),
    [(5.0, 5.0, True), (19.0, 19.0, False), (5.0, 4.0, False)],
    ids=["less than simple policies", "about as much", "less, but more than at its start"],
)
def test_much_return_with_less_fitness_than_simple_policies_have_is_hacking(score, start, told_of):
    """Simple policies have 19.5 in the mean, with a spread of 11.5, and return 0 to 39."""
    alarms = hacking_of(score, start, forty())
    assert ("where nine in ten of 40 episodes of simple policies" in alarms) == told_of


def hacking_of(score, start, base, began=99.0):
    """What is told of a policy that returns 51: its fitness was `start` all along, now `score`.

    Where training `began` with a higher return, it did not bring the policy to this one.
    """
    training = Training(curves={"fitness": np.full(10, start), "return": np.full(10, began)})
    training.episode(
        0,
        fitness=np.zeros(51),
        action=np.zeros(51),
        components={"near": 1.0 + 0.01 * np.sin(np.arange(51))},
        score=score,
    )
    facts = EnvironmentFacts(time_limit=51, maximum=100.0)
    found = diagnose(CANDIDATE, training.result, training.trajectories, facts, base).findings
    return next((f.sentence for f in found if f.name == "hacking"), "")


def forty():
    """Forty episodes that return what they are worth, 0 to 39."""
    columns = {name: np.arange(40.0) for name in ("", "near")}
    return base_from([1] * 40, list(range(40)), np.zeros(0), columns)


@pytest.mark.parametrize(
    ("score", "start", "told_of"),
    [(19.0, 19.0, True), (25.0, 25.0, False), (19.0, 10.0, False), (19.0, 17.5, True)],
    ids=["about as much", "clearly more", "much more than at its start", "hardly more than there"],
)
def test_as_much_fitness_as_simple_policies_have_is_hacking_where_the_reward_orders_by_chance(
    score, start, told_of
):
    """A quarter of their spread is 2.9: up to 22.4 is about as much, from 2.9 more it rose."""
    columns = {name: np.arange(40.0)[np.arange(40) * 17 % 40] for name in ("", "near")}
    base = base_from([1] * 40, list(range(40)), np.zeros(0), columns)
    assert base.total.order == pytest.approx(0.5, abs=0.15)
    assert ("where nine in ten" in hacking_of(score, start, base)) == told_of


@pytest.mark.parametrize(
    ("lengths", "last", "told_of"),
    [([30, 40], 1.0, False), ([50, 40], 1.0, True), ([30, 40], 3.0, True)],
    ids=["on its way", "ever shorter", "the end pays"],
)
def test_an_early_end_on_the_way_to_the_task_is_told_where_it_came_or_pays(lengths, last, told_of):
    """Episodes of 40 steps of 200; fitness rises along training, and the bank's order is right."""
    training = Training(
        curves={"fitness": np.linspace(0, 1, 10), "length": np.repeat(lengths, 5)},
    )
    paid = np.where(np.arange(40) < 30, 1.0, last)
    for k in range(4):
        training.episode(
            k % 2,
            terminated=True,
            fitness=np.full(40, 0.1),
            action=np.zeros((40, 2)),
            components={"pace": paid},
            velocity=np.full(40, 2.0) + 0.1 * np.sin(np.arange(40)),
        )
    found = diagnose(CANDIDATE, training.result, training.trajectories, RUNNER, ordered(1)).findings
    assert ("ends_early" in {f.name for f in found}) == told_of


def on_a_bank(share):
    """The same on episodes that are at hand."""
    fitness = np.arange(40.0)
    still = {"velocity": np.zeros(1)}
    made = (BankEpisode(still, worth, terminated=False) for worth in fitness)
    bank = Bank(transitions=still, episodes=tuple(made))
    return base_on(bank, {"": 100 * fitness if share else -fitness})  # more than any policy returns


def test_what_a_policy_does_is_no_fault_of_a_reward_that_asks_for_the_task():
    training, facts = runner_that_stalls()
    training.curves["fitness"] = np.full(10, 1.0)  # it gains nothing

    def found(base):
        args = (CANDIDATE, training.result, training.trajectories, facts, base)
        return {one.name: one.sentence for one in diagnose(*args).findings}

    stalled = found(ordered(1))["stalled"]
    asked = found(on_a_bank(1))
    assert list(asked) == ["undertrained"]
    assert "in 100% of the pairs" in asked["undertrained"]
    assert stalled in asked["undertrained"]
    assert "stalled" in found(on_a_bank(0))
