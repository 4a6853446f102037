"""A sum where both parts are meant: told where one is traded for the other, and nowhere else.

The task is to be near and slow at once, the components are both between -1 and 1 (Lucy-SKG's form:
Moschopoulos et al. 2023), and simple policies have a little of each.
"""

from dataclasses import replace

import numpy as np
import pytest

from rewardsmith.analyzer import EnvironmentFacts, diagnose
from rewardsmith.analyzer.agreement import base_from
from tests.analyzer.synthetic import CANDIDATE, Training

STEPS = 100
FACTS = EnvironmentFacts(time_limit=STEPS, maximum=float(STEPS))
TASK = ("near", "slow")


def bank(wanted=TASK):
    """Forty simple policies, each a place in the square of components; fitness is what is wanted.

    Levels are spread evenly from -1 to 1, so that the quartiles of a component are -0.5 and 0.5;
    the second one runs through them in another order (17 and 40 have no common divisor).
    """
    near = np.linspace(-1, 1, 40)
    slow = near[np.arange(40) * 17 % 40]
    levels = {"near": near, "slow": slow}
    columns = {name: np.repeat(levels[name], STEPS) for name in TASK}
    columns[""] = columns["near"] + columns["slow"]
    fitness = sum(1 + levels[name] for name in wanted)
    return base_from([STEPS] * 40, list(fitness), np.zeros(0), columns)


def trained(*, combined=None, fitness=0.2, **levels):
    """Two seeds of a policy that stays about these levels; the total is their sum, or as told."""
    training = Training()
    waves = 0.05 * np.sin(np.arange(STEPS) / 3)
    columns = {name: level + waves for name, level in levels.items()}
    for seed in (0, 0, 1, 1):
        training.episode(
            seed, fitness=np.full(STEPS, fitness), action=np.zeros(STEPS), components=columns
        )
    trajectories = training.trajectories
    if combined is not None:
        total = combined(np.array([*columns.values()]))
        for arrays in trajectories.values():
            arrays["total"] = np.resize(total, len(arrays["total"]))
    return training.result, trajectories


def told(training, base):
    """The sentence about a sum, where there is one."""
    findings = diagnose(CANDIDATE, *training, FACTS, base).findings
    return next((f.sentence for f in findings if f.name == "sum_for_and"), None)


def root_of_product(parts):
    """Lucy-SKG's combination: sgn * (|a| |b|)^(1/2), sgn = +1 only where none is negative."""
    size = np.abs(parts).prod(axis=0) ** (1 / len(parts))
    return np.where((parts >= 0).all(axis=0), size, -size)


@pytest.mark.parametrize(("rich", "poor"), [("near", "slow"), ("slow", "near")])
def test_a_part_of_the_task_that_is_traded_for_another_is_named_with_numbers(rich, poor):
    sentence = told(trained(**{rich: 0.95, poor: -0.7}), bank())
    assert sentence.startswith(f"{poor} is traded for {rich}")
    # The levels, the quartiles of the bank, and the sum 0.95 - 0.7, each plus the waves' mean.
    for number in ("+0.95", "0.5", "-0.6", "+0.25"):
        assert number in sentence, sentence


def test_the_same_behaviour_raises_nothing_where_the_reward_combines_as_and():
    hovering = {"near": 0.95, "slow": -0.7}
    assert told(trained(**hovering, combined=root_of_product), bank()) is None
    assert told(trained(**hovering, combined=lambda parts: parts.sum(axis=0)), bank()) is not None


@pytest.mark.parametrize(
    "levels",
    [
        {"near": 0.95, "slow": 0.9},  # both
        {"near": 0.2, "slow": 0.1},  # neither more nor less than simple policies have
        {"near": 0.95, "slow": -0.3},  # one, and of the other what simple policies have
        {"near": 0.3, "slow": -0.7},  # a lack that nothing was gained for
        {"near": 0.6, "slow": -0.9},  # a sum below 0: the trade does not pay
    ],
)
def test_nothing_is_told_where_nothing_is_traded(levels):
    assert told(trained(**levels), bank()) is None


def test_a_cost_that_is_no_part_of_the_task_may_be_paid():
    assert told(trained(near=0.95, slow=-0.7), bank(wanted=("near",))) is None


def test_nothing_is_told_of_a_task_that_is_done_or_without_a_bank():
    traded = {"near": 0.95, "slow": -0.7}
    assert told(trained(**traded, fitness=0.98), bank()) is None
    assert told(trained(**traded), None) is None
    assert told(trained(**traded, fitness=0.2), bank()) is not None


def flat_bank(column):
    """Forty simple policies whose one component is as told, (steps,); their fitness counts up."""
    columns = {"near": np.tile(column, 40), "": np.tile(column, 40)}
    return base_from([STEPS] * 40, list(range(40)), np.zeros(0), columns)


def flat_sentence(column, base, *, fitness=0.2):
    training = Training()
    for seed in (0, 0, 1, 1):
        action = np.sin(np.arange(STEPS) / 3)
        rows = np.full(STEPS, fitness)
        training.episode(seed, fitness=rows, action=action, components={"near": column})
    findings = diagnose(CANDIDATE, training.result, training.trajectories, FACTS, base).findings
    return next((f.sentence for f in findings if f.name == "flat_component"), None)


CLIPPED = np.where(np.arange(STEPS) < 5, np.linspace(-0.9, -0.1, STEPS), -1.0)
"""At its lower end on 95 of 100 steps, five different values before."""


def test_a_clipped_component_that_is_its_bound_nearly_everywhere_is_named():
    sentence = flat_sentence(CLIPPED, flat_bank(CLIPPED))
    assert sentence.startswith("near lies at -1, an end of its range, on 95.0% of 400")


def test_a_squashed_component_is_flat_though_no_two_values_are_alike():
    """exp(-x) from 0 to 198 is above a thousandth on the first 4 of 100 steps alone."""
    squashed = np.exp(-2.0 * np.arange(STEPS))
    assert flat_sentence(squashed, flat_bank(squashed)) is None  # four values: an event's price
    wider = np.exp(-1.5 * np.arange(STEPS))  # exp(-6) = 0.0025 is the fifth
    assert "no slope to follow" in flat_sentence(wider, flat_bank(wider))


@pytest.mark.parametrize(
    ("column", "base"),
    [
        (CLIPPED, None),
        (CLIPPED, flat_bank(np.linspace(-1, 0, STEPS))),  # it moves elsewhere: the agent stopped
        (np.where(np.arange(STEPS) < 5, 0.0, -1.0), flat_bank(CLIPPED)),  # two values: an event
        (np.linspace(-1, 0, STEPS), flat_bank(CLIPPED)),
    ],
)
def test_what_is_not_known_to_be_flat_is_not_called_so(column, base):
    assert flat_sentence(column, base) is None


def test_a_flat_component_does_no_harm_where_the_task_is_done():
    assert flat_sentence(CLIPPED, flat_bank(CLIPPED), fitness=0.98) is None


def easy_bank():
    """`near` goes with the fitness, `still` by chance; either pays up to 1."""
    near = np.linspace(0, 1, 40)
    columns = {
        "near": np.repeat(near, STEPS),
        "still": np.repeat(near[np.arange(40) * 17 % 40], STEPS),
    }
    columns[""] = columns["near"] + columns["still"]
    base = base_from([STEPS] * 40, list(near), np.zeros(0), columns)
    return replace(base, columns=columns)


@pytest.mark.parametrize(
    ("near", "still", "told_of"),
    [(0.1, 0.9, True), (0.5, 0.9, False), (0.1, 0.1, False)],
    ids=["one without the other", "both", "neither"],
)
def test_the_easy_part_without_the_task_is_told(near, still, told_of):
    """Hardly had is up to a quarter of 0.99, the best of simple policies' steps."""
    sentence = told(trained(near=near, still=still), easy_bank())
    assert (sentence is not None) == told_of
    if sentence is not None:
        assert sentence.startswith("still is had without near: still pays +0.9")
