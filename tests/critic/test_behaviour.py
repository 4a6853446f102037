"""What rewards ask for: by hand on small episodes, and on really recorded ones."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from rewards_bank import FILES, candidate, environment_named, environment_of

from rewardsmith.bank import BankEpisode
from rewardsmith.config import Config
from rewardsmith.critic import Comparison, judge, judge_among
from rewardsmith.critic.behaviour import (
    Trial,
    alive_finding,
    blind_finding,
    order_finding,
    order_of,
    survival_tendency,
)
from rewardsmith.critic.judgement import MAY_REJECT
from rewardsmith.errors import UsageError
from rewardsmith.training.record import record_bank

ENERGY = "mechanical_energy - previous_mechanical_energy"


def episode(fitness, *, length=4, terminated=False, policy="sine", **signals):
    values = signals or {"speed": np.full(length, fitness, dtype=np.float32)}
    return BankEpisode(values, float(fitness), terminated=terminated, policy=policy)


def trial(pairs):
    """Episodes of one step from (fitness, return)."""
    found = [episode(fitness, length=1) for fitness, _ in pairs]
    return Trial.of(found, np.array([float(value) for _, value in pairs]))


# ---------------------------------------------------------------- by hand


def test_totals_in_one_row_are_cut_along_the_episodes():
    found = Trial.of([episode(1, length=2), episode(2, length=3)], np.arange(5.0))
    assert found.returns.tolist() == [1, 9]
    assert found.lengths.tolist() == [2, 3]


def test_the_share_of_ordered_pairs_by_hand():
    # Fitness 0 … 19; the return is the same, but 5 and 15 have changed places: of the 190 pairs
    # the wrong ones are (5, 15) and each of the nine between them with both ends: 1 + 18 = 19.
    returns = list(range(20))
    returns[5], returns[15] = 15, 5
    order = order_of(trial(list(enumerate(returns))))
    assert order is not None
    assert order.pairs == 190
    assert order.share == pytest.approx(171 / 190)
    assert order.worst == (15, 5)


def test_equal_returns_count_half_and_equal_fitness_makes_no_pair():
    order = order_of(trial([(k % 2, 3) for k in range(20)]))
    assert order is not None
    assert (order.share, order.pairs, order.worst) == (0.5, 100, None)


@pytest.mark.parametrize("pairs", [[(k, -k) for k in range(19)], [(1, k) for k in range(20)]])
def test_order_is_not_told_of_few_episodes_or_of_equal_fitness(pairs):
    assert order_of(trial(pairs)) is None
    assert order_finding(trial(pairs)) is None


def test_an_order_nearer_to_chance_than_to_the_opposite_only_warns():
    # 20 episodes with fitness 0..19: the return falls with it but for the last of them, whose
    # returns lie above all others: one is right in 19 pairs of 190, the next in 18, ...
    def found(right):
        pairs = [(k, 100 + k if k >= 20 - right else -k) for k in range(20)]
        return order_of(trial(pairs)).share, order_finding(trial(pairs)).warning

    assert found(2) == (pytest.approx((19 + 18) / 190), False)
    assert found(3) == (pytest.approx((19 + 18 + 17) / 190), True)


def test_the_worst_pair_is_quoted_with_its_policies_lengths_fitness_and_returns():
    found = order_finding(trial([(k, -2 * k) for k in range(20)]))
    assert found is not None
    assert "only 0% of 190 pairs" in found.message
    best = "policy `sine` (1 steps, not ended by the simulator) with fitness 19 has return -38"
    assert f"{best}, but an episode of the policy" in found.message
    assert "with fitness 0 has return 0" in found.message


def lasting(sign):
    """Episodes of 3 … 22 steps that the simulator ended; fitness goes with `sign` * length."""
    return [episode(sign * n, length=n, terminated=True) for n in range(3, 23)]


def paid(episodes, step, ending):
    total = [np.append(np.full(e.length - 1, float(step)), float(ending)) for e in episodes]
    return Trial.of(episodes, np.concatenate(total))


def test_whether_lasting_goes_with_fitness():
    assert survival_tendency(lasting(1)) == pytest.approx(1)
    assert survival_tendency(lasting(-1)) == pytest.approx(-1)
    assert survival_tendency(lasting(1)[:19]) is None
    cut = [episode(k, length=3) for k in range(16)]
    assert survival_tendency([*cut, *lasting(1)[:4]]) is None
    # An episode that was cut off lasts longer than any that ended.
    assert survival_tendency([*(episode(0, length=3) for _ in range(10)), *lasting(1)]) < 0


@pytest.mark.parametrize(
    ("sign", "step", "ending", "flagged"),
    [
        (1, 1, 1, False),
        (1, 0, -1, False),
        (1, -1, -1, True),
        (1, -1, -200, False),
        (1, 0.1, 11, True),
        (-1, -1, -1, False),
        (-1, 0, 1, False),
        (-1, 1, 1, True),
        (-1, 1, 50, False),
    ],
)
def test_the_sign_of_a_step_alive_by_hand(sign, step, ending, flagged):
    # To last is good: 100 steps against ending, -100 < -1, but -100 > -200, and 10 < 11.
    # To end is good: 22 steps against a mean episode of 11.5 steps and the ending: 22 > 12.5.
    found = alive_finding(paid(lasting(sign), step, ending))
    assert (found is not None) is flagged
    assert found is None or (found.rule == "alive" and found.warning)


def seen(*, seed=0, ended=False):
    """Fitness is the mean of `speed`; `noise` has nothing to do with it."""
    rng = np.random.default_rng(seed)
    found = []
    for k in range(40):
        noise = rng.normal(size=(5, 2)).astype(np.float32)
        speed = np.full(5, k, np.float32)
        found.append(episode(k, terminated=ended, speed=speed, previous_speed=speed, noise=noise))
    return found


def test_a_reward_of_signals_that_do_not_move_with_fitness_is_blind():
    found = blind_finding(Trial.of(seen(), np.zeros(200)), ["noise"])
    assert found is not None
    assert found.rule == "blind"
    assert "(noise)" in found.message
    assert "`speed` does (1.00)" in found.message
    assert blind_finding(Trial.of(seen(), np.zeros(200)), ["noise", "previous_speed"]) is None
    assert blind_finding(Trial.of(seen()[:19], np.zeros(95)), ["noise"]) is None


def test_a_signal_that_counts_both_ways_is_seen():
    lean = [np.array([k, -k, k, -k, 0], np.float32) for k in range(40)]
    found = [episode(k, speed=np.full(5, k), lean=lean[k]) for k in range(40)]
    assert blind_finding(Trial.of(found, np.zeros(200)), ["lean"]) is None


def test_nothing_is_blind_where_fitness_goes_with_how_long_an_episode_lasts():
    lengths = [episode(n, terminated=True, noise=np.zeros(n, np.float32)) for n in range(3, 23)]
    assert blind_finding(paid(lengths, 1, 1), ["noise"]) is None


# ---------------------------------------------------------------- recorded


@cache
def bank(name):
    return record_bank(environment_named(name), 20_250)


@pytest.fixture
def rules(server):
    """The warnings on a reward, given as `signals: expression of the total`."""

    def told(name, text, **settings):
        signals, _, total = text.partition(":")
        source = f"def compute_reward({signals}):\n    return {total}, {{}}\n"
        verdict = judge(candidate(source), environment_named(name), bank(name), server, **settings)
        assert verdict.passed is all(reason.warning for reason in verdict.reasons)
        return [reason.rule for reason in verdict.reasons]

    return told


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cartpole", "pole_angle: np.ones_like(pole_angle)"),
        ("cartpole", "terminated: -1.0 * terminated"),
        ("cartpole", "pole_angle, cart_position: 1 - pole_angle**2 - 0.1 * cart_position**2"),
        ("mountain-car", "position: -np.ones_like(position)"),
        ("mountain-car", "position: 1.0 * (position >= 0.5)"),
        ("mountain-car", "position: -np.abs(position - 0.5)"),
        ("mountain-car", f"mechanical_energy, previous_mechanical_energy: 1000 * ({ENERGY})"),
        ("half-cheetah", "forward_velocity: forward_velocity"),
        (
            "half-cheetah",
            "forward_velocity, action: forward_velocity - 0.1 * np.square(action).sum(axis=-1)",
        ),
    ],
)
def test_sound_rewards_have_no_finding_on_recorded_episodes(rules, name, text):
    assert rules(name, text) == []


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("cartpole", "pole_angle: -np.ones_like(pole_angle)", {"alive", "order"}),
        ("cartpole", "pole_angle: -(pole_angle**2)", {"alive", "order"}),
        ("mountain-car", "position: np.ones_like(position)", {"alive", "order", "loop"}),
        ("mountain-car", "velocity: 1.0 * (velocity > 0)", {"loop"}),
        ("mountain-car", "position: -1.0 * (position >= 0.5)", {"order"}),
        (
            "mountain-car",
            "position, previous_position: (position > -0.5) * (previous_position <= -0.5) * 1.0",
            {"loop"},
        ),
        (
            "half-cheetah",
            "forward_velocity, action: 0.1 * np.square(action).sum(axis=-1) - forward_velocity",
            {"order"},
        ),
        ("half-cheetah", "action: -np.square(action).sum(axis=-1)", {"blind"}),
        ("half-cheetah", "pitch: -np.abs(pitch)", {"blind"}),
    ],
)
def test_faults_are_told_on_recorded_episodes(rules, name, text, expected):
    assert expected <= set(rules(name, text)) <= {*expected, "order", "alive"}


def test_a_setting_says_what_rejects(server):
    source = "def compute_reward(pole_angle):\n    return -np.ones_like(pole_angle), {}\n"
    given = candidate(source), environment_named("cartpole"), bank("cartpole"), server
    assert judge(*given, rejects=()).passed
    default = judge(*given)
    assert {r.rule for r in default.reasons if not r.warning} == {"alive", "order"}
    found = judge(*given, rejects=("order",))
    assert [r.rule for r in found.reasons if not r.warning] == ["order"]
    with pytest.raises(UsageError, match="did you mean order"):
        judge(*given, rejects=("ordr",))


def test_a_constant_rejects_by_default_only_where_no_episode_ends_early(rules, server):
    source = "def compute_reward(pitch):\n    return np.ones_like(pitch), {}\n"
    given = candidate(source), environment_named("half-cheetah"), bank("half-cheetah"), server
    assert [r.rule for r in judge(*given).reasons if not r.warning] == ["constant"]
    assert judge(*given, rejects=()).passed
    assert Config().critic_rejects == ("constant", "alive", "order")
    assert set(Config().critic_rejects) <= set(MAY_REJECT)


def test_an_earlier_candidate_again_is_told_by_its_name(server):
    def total(text):
        return candidate(f"def compute_reward(forward_velocity):\n    return {text}, {{}}\n")

    rest = environment_named("half-cheetah"), bank("half-cheetah"), server
    first = judge_among(total("forward_velocity"), *rest)
    among = Comparison.on(bank("half-cheetah")).with_candidate("g00-c07", first.total)
    again = judge_among(total("3 * forward_velocity"), *rest, among=among).verdict
    (found,) = again.reasons
    assert (found.rule, found.warning) == ("near_duplicate", True)
    assert "g00-c07" in found.message
    assert (again.twin, again.passed, again.trains) == ("g00-c07", True, False)
    assert again.distances["g00-c07"] == 0
    other = judge_among(total("forward_velocity**2"), *rest, among=among).verdict
    assert (other.reasons, other.twin, other.trains) == ((), None, True)
    assert other.distances["g00-c07"] > 0.1
    strict = {"rejects": ("near_duplicate",), "among": among}
    rejected = judge_among(total("3 * forward_velocity"), *rest, **strict).verdict
    assert (rejected.passed, rejected.twin) == (False, None)


def test_distances_to_the_tasks_own_rewards_are_numbers_and_never_words(server):
    name = "mountain-car"
    source = "def compute_reward(position):\n    return 7.0 * (position >= 0.5), {}\n"
    found = judge(candidate(source), environment_named(name), bank(name), server)
    # It is the fitness up to a factor.  The human reward, -1 a step, is so up to shaping: with
    # the potential -100 everywhere -1 + 0.99 * -100 + 100 = 0, and -1 + 100 = 99 at the goal.
    assert found.distances == {"fitness": 0, "human": 0}
    source = "def compute_reward(position):\n    return -7.0 * (position >= 0.5), {}\n"
    opposite = judge(candidate(source), environment_named(name), bank(name), server)
    assert opposite.distances == {"fitness": 1, "human": 1}
    assert not any("human" in reason.message for reason in found.reasons)


FRUITLESS = {"quantised": ["alive"], "annealed_coefficients": ["order"]}
"""Sound code that asks for the wrong thing: the first trained to 0 of 1 (`results/critic.json`),
the second to 0.23 of 1 (three seeds): it pays for hanging still."""
RECORDED = [file for file in FILES if environment_of(file.read_text()).name != "ant"]


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_no_sound_reward_is_rejected_on_recorded_episodes(file, server):
    source = file.read_text()
    environment = environment_of(source)
    found = judge(candidate(source), environment, bank(environment.name), server)
    rejected = [reason.rule for reason in found.reasons if not reason.warning]
    assert rejected == FRUITLESS.get(file.stem, [])
