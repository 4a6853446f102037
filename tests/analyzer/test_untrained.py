"""What is told of a reward without a training: from recorded episodes of simple policies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rewardsmith.analyzer import bank_findings, base_on
from rewardsmith.analyzer.facts import EnvironmentFacts
from rewardsmith.backends import ActionSpace
from rewardsmith.bank import Bank, BankEpisode

LENGTH = 40
SPACE = ActionSpace(shape=(1,), low=(-2.0,), high=(2.0,))
UNITS = {"place": "m", "speed": "m/s", "spin": "rad/s", "limbs": "rad/s"}
FACTS = EnvironmentFacts(time_limit=LENGTH, action_space=SPACE, units=UNITS)


def an_episode(number, *, length=LENGTH, terminated=False, fitness=None, idle=False):
    """Its pace is its number; signals are drawn at random around it, so that each is its own."""
    draw = np.random.default_rng(number)
    speed = draw.normal(number, 4.0, length) * (not idle)
    place = np.cumsum(speed) / 20
    signals = {
        "place": place,
        "previous_place": place - speed / 20,
        "speed": speed,
        "spin": draw.normal(0.0, 3.0, length),
        "limbs": draw.normal(0.0, 1.0, (length, 2)),
        "action": draw.uniform(-2.0, 2.0, (length, 1)) * (not idle),
        "steady": np.ones(length),
    }
    steps = speed
    return BankEpisode(
        {name: np.asarray(values, np.float32) for name, values in signals.items()},
        float(steps.sum()) if fitness is None else fitness,
        terminated,
        "zeros" if idle else "random",
        steps,
    )


def a_bank(*more, episodes=16, **changes):
    """Episodes of growing pace, whose fitness is how far they come."""
    made = [an_episode(k, **changes) for k in range(1, episodes + 1)]
    return Bank(transitions=made[0].signals, episodes=(*made, *more))


def told(components, bank=None, **facts):
    """By name, what is told of components of signals, {name: signals -> (length,)}."""
    bank = a_bank() if bank is None else bank
    columns = {
        name: np.concatenate([np.asarray(paid(e.signals), float) for e in bank.episodes])
        for name, paid in components.items()
    }
    columns[""] = sum(columns.values())
    known = {name: getattr(FACTS, name) for name in ("time_limit", "action_space", "units")}
    found = bank_findings(base_on(bank, columns), EnvironmentFacts(**(known | facts)))
    return {finding.name: finding.sentence for finding in found}


def the_end(signals):
    """1 on an episode's last step."""
    return np.arange(len(signals["speed"])) == len(signals["speed"]) - 1


def test_nothing_is_told_of_a_reward_for_the_task():
    assert (
        told({"pace": lambda s: s["speed"], "effort": lambda s: -0.1 * s["action"][:, 0] ** 2})
        == {}
    )


@pytest.mark.parametrize("power", [1, 2])
def test_income_from_the_size_of_actions_is_told(power):
    found = told(
        {
            "vigour": lambda s: np.abs(s["action"][:, 0]) ** power,
            "pace": lambda s: 0.01 * s["speed"],
        }
    )
    assert "vigour pays for the size of the actions" in found["effort_paid"]


def test_a_cost_of_actions_is_no_income():
    found = told(
        {"effort": lambda s: -0.001 * s["action"][:, 0] ** 2, "pace": lambda s: s["speed"]}
    )
    assert "effort_paid" not in found


@pytest.mark.parametrize(
    ("paid", "speed", "how"),
    [
        (lambda s: np.abs(s["spin"]), "spin", "spinning or swinging"),
        (lambda s: s["spin"] ** 2, "spin", "spinning or swinging"),
        (lambda s: np.linalg.norm(s["limbs"], axis=1), "limbs", "spinning or swinging"),
        (lambda s: np.abs(s["limbs"]).sum(axis=1), "limbs", "spinning or swinging"),
    ],
)
def test_income_from_speed_whichever_way_is_told(paid, speed, how):
    sentence = told({"lively": paid})["motion_paid"]
    assert sentence.startswith(f"lively pays for the size of {speed}, whichever way it goes")
    assert how in sentence


def test_turning_one_way_is_told_where_it_is_not_the_task():
    """`spin` is drawn apart from the pace, so its sum orders episodes by chance."""
    assert "for spin one way" in told({"whirl": lambda s: s["spin"]})["motion_paid"]


def test_speed_one_way_is_no_fault_where_it_is_the_task():
    assert "motion_paid" not in told({"pace": lambda s: s["speed"]})


def test_idling_that_pays_most_is_told_with_what_moving_costs():
    idle = [an_episode(100 + k, idle=True) for k in range(3)]
    found = told(
        {"effort": lambda s: -(s["action"][:, 0] ** 2), "pace": lambda s: 1e-4 * s["speed"]},
        a_bank(*idle),
    )
    assert "standing still returns +0 a step in 3 recorded episodes" in found["idling_paid"]
    assert "What moving costs most by is effort" in found["idling_paid"]


def test_idling_is_not_told_where_going_pays_more():
    idle = [an_episode(100 + k, idle=True) for k in range(3)]
    assert "idling_paid" not in told({"pace": lambda s: s["speed"]}, a_bank(*idle))


def test_gains_without_losses_are_told():
    def gains(signals):
        return np.maximum(signals["place"] - signals["previous_place"], 0.0)

    episodes = [an_episode(k, fitness=float(7 * k % 30)) for k in range(30)]
    bank = Bank(transitions=episodes[0].signals, episodes=tuple(episodes))
    assert "gains in place" in told({"nearer": gains}, bank)["gains_only"]
    assert "gains_only" not in told({"nearer": lambda s: s["place"] - s["previous_place"]}, bank)


def test_gains_by_a_speed_are_told_and_the_speed_itself_is_not():
    episodes = [an_episode(k, fitness=float(7 * k % 30)) for k in range(30)]
    bank = Bank(transitions=episodes[0].signals, episodes=tuple(episodes))
    found = told({"toss": lambda s: np.maximum(s["spin"], 0.0)}, bank)
    assert "gains by spin" in found["gains_only"]
    assert "gains_only" not in told({"toss": lambda s: s["spin"]}, bank)


def test_costs_of_living_are_told_where_an_end_is_a_failure():
    """Longer episodes have more fitness, and every step costs 1."""
    bank = Bank(
        transitions=an_episode(1).signals,
        episodes=tuple(
            an_episode(k, length=10 + k, terminated=True, fitness=10.0 + k) for k in range(20)
        ),
    )
    found = told({"cost": lambda s: -s["steady"]}, bank)
    assert next(iter(found)) == "living_costs"
    assert "100% of the recorded steps (-1 a step)" in found["living_costs"]


def test_a_cost_a_step_is_right_where_the_end_is_the_aim():
    lasted = [an_episode(k, fitness=0.0) for k in range(6)]
    ended = [an_episode(k, length=20, terminated=True, fitness=1.0) for k in range(6, 12)]
    bank = Bank(transitions=lasted[0].signals, episodes=(*lasted, *ended))
    assert told({"cost": lambda s: -s["steady"]}, bank) == {}


def test_an_end_that_is_paid_for_is_told_where_it_is_a_failure():
    bank = Bank(
        transitions=an_episode(1).signals,
        episodes=tuple(
            an_episode(k, length=10 + k, terminated=True, fitness=10.0 + k) for k in range(20)
        ),
    )
    found = told({"up": lambda s: 0.1 * s["steady"], "gone": lambda s: 50.0 * the_end(s)}, bank)
    assert "pay +50.1, all others +0.1" in found["ends_early"]


def test_income_that_ends_with_success_is_told_unless_success_pays_more():
    lasted = [an_episode(k, fitness=0.0) for k in range(6)]
    ended = [an_episode(k, length=20, terminated=True, fitness=1.0) for k in range(6, 12)]
    bank = Bank(transitions=lasted[0].signals, episodes=(*lasted, *ended))
    goal = {e.signals["place"].tobytes() for e in ended}

    def flag(worth):
        return lambda s: worth * the_end(s) * (s["place"].tobytes() in goal)

    income = {"alive": lambda s: s["steady"]}
    assert "finishing_costs" in told(income | {"flag": flag(10.0)}, bank)
    assert "finishing_costs" not in told(income | {"flag": flag(200.0)}, bank)


def test_a_bonus_beside_which_nothing_counts_is_told_but_for_one_that_others_outweigh():
    found = told({"alive": lambda s: 500.0 * s["steady"], "pace": lambda s: 0.1 * s["speed"]})
    assert "alive pays +500 on nearly every step" in found["survival_bonus"]
    assert "survival_bonus" not in told(
        {"alive": lambda s: s["steady"], "pace": lambda s: s["speed"]}
    )


def test_a_bonus_is_no_fault_where_lasting_is_the_task():
    bank = Bank(
        transitions=an_episode(1).signals,
        episodes=tuple(
            an_episode(k, length=10 + k, terminated=True, fitness=10.0 + k) for k in range(20)
        ),
    )
    assert told({"alive": lambda s: s["steady"]}, bank) == {}


def test_a_total_that_never_changes_is_no_signal():
    found = told({"flag": lambda s: (s["place"] > 1e6) * 1.0})
    assert list(found) == ["no_signal", "dead_component"]
    assert "the total is +0 on 100.00% of 640 recorded steps" in found["no_signal"]


def test_one_that_asks_to_leave_bounds_is_told_with_them():
    found = told({"far": lambda s: -s["place"]}, bounds={"place": (-3.0, 50.0)})
    assert "an end of place, which lies between -3 and 50" in found["out_of_bounds"]


def test_totals_beyond_bounds_explode():
    assert "(boom)" in told({"boom": lambda s: np.exp(np.abs(s["speed"]))})["exploding"]


def test_a_reward_of_a_goal_without_a_fitness_is_told_by_its_numbers_alone():
    found = told(
        {"vigour": lambda s: s["action"][:, 0] ** 2, "dead": lambda s: 0.0 * s["speed"]},
        measured=False,
    )
    assert list(found) == ["dead_component"]


def test_of_discrete_actions_the_one_that_costs_nothing_is_idling():
    """Action 1 of three is free; whoever takes it stays, and is charged for nothing."""
    draw = np.random.default_rng(0)
    made = [an_episode(k) for k in range(1, 17)] + [an_episode(100, idle=True)]
    acted = [draw.integers(0, 3, LENGTH) for _ in made[:-1]] + [np.ones(LENGTH, int)]
    bank = Bank(
        transitions=made[0].signals,
        episodes=tuple(
            replace(e, signals={**e.signals, "action": a}) for e, a in zip(made, acted, strict=True)
        ),
    )
    space = ActionSpace(count=3)
    fuel = {"fuel": lambda s: -1.0 * (s["action"] != 1), "pace": lambda s: 1e-4 * s["speed"]}
    assert "in 1 recorded episodes" in told(fuel, bank, action_space=space)["idling_paid"]
    other = {"fuel": lambda s: -0.5 - 0.5 * (s["action"] != 1)}
    assert "idling_paid" not in told(other, bank, action_space=space)  # none is free


def test_what_is_no_part_of_the_task_and_is_had_by_idling_is_told_beside_what_is():
    idle = [an_episode(100 + k, idle=True, fitness=0.0) for k in range(2)]
    reward = {
        "rest": lambda s: 5.0 * np.exp(-np.abs(s["action"][:, 0])),
        "pace": lambda s: np.maximum(s["speed"], 0.0) / 6,
    }
    assert told(reward, a_bank(*idle))["sum_for_and"].startswith("rest is had without pace")


def test_a_wrong_sign_is_told_with_the_order_of_episodes():
    found = told({"pace": lambda s: -s["speed"]})
    assert "in only 0% of the pairs (16 episodes" in found["wrong_sign"]
    assert "correlation -1.00 from step to step" in found["wrong_sign"]


def test_a_component_that_pays_less_the_fitter_an_episode_is_has_the_wrong_sign():
    """A bonus for being in the fit half makes most of the total's order right all the same."""
    episodes = [an_episode(k, fitness=float(k > 8)) for k in range(1, 17)]
    bank = Bank(transitions=episodes[0].signals, episodes=tuple(episodes))
    fit = {e.signals["place"].tobytes() for e in episodes[8:]}
    reward = {
        "pace": lambda s: -s["speed"],
        "there": lambda s: 10.0 * s["steady"] * (s["place"].tobytes() in fit),
    }
    sentence = told(reward, bank)["wrong_sign"]
    assert sentence.startswith("pace, which makes up")
    assert "in only 0% of the pairs" in sentence


def test_an_action_that_is_paid_one_way_is_told():
    found = told({"drive": lambda s: s["action"][:, 0], "pace": lambda s: 1e-3 * s["speed"]})
    assert "drive pays for an action one way" in found["effort_paid"]


def test_a_peak_that_is_hardly_ever_met_is_no_signal():
    """It is met on one of 1,600 steps; what trembles below a thousandth of it tells nothing."""
    bank = a_bank(episodes=40)
    there = bank.episodes[3].signals["place"][7]
    found = told(
        {"needle": lambda s: 9.0 * (s["place"] == there) + 1e-4 * s["spin"]},
        bank,
    )
    assert "on 99.94% of 1600 recorded steps" in found["no_signal"]


def test_a_signal_that_is_not_finite_everywhere_tells_nothing_and_stops_nothing():
    bank = a_bank()
    first = bank.episodes[0]
    gap = np.where(np.arange(LENGTH) == 3, np.nan, first.signals["spin"])
    broken = replace(first, signals={**first.signals, "spin": gap, "previous_place": gap})
    bank = replace(bank, episodes=(broken, *bank.episodes[1:]))
    found = told({"limbs": lambda s: np.abs(s["limbs"]).sum(axis=1)}, bank)
    assert "the size of limbs" in found["motion_paid"]
