"""The alarm on policies that return more than simple ones: outranked, hardly nearer, cut short."""

from __future__ import annotations

import numpy as np
import pytest

from rewardsmith.analyzer.agreement import base_from, base_on
from rewardsmith.bank import Bank, BankEpisode
from tests.analyzer.test_beside import forty, hacking_of


@pytest.mark.parametrize(
    ("score", "began", "told_of"),
    [(5.0, 0.0, True), (5.0, 60.0, False), (30.0, 0.0, False)],
    ids=["fitter ones return less", "training did not bring it there", "among the better ones"],
)
def test_more_return_than_fitter_episodes_is_hacking_even_where_the_reward_orders_them(
    score, began, told_of
):
    """Fitter than 5 by a quarter of the spread (2.9) and a twentieth of the rest (4.75): 10 to 39.

    Half the way from their mean (19.5) to their best (39) is 29.25: 30 is one of the better ones.
    """
    alarm = hacking_of(score, score - 1, forty(), began)
    told = "30 of the 30 episodes of simple policies return that do the task better"
    assert (told in alarm) == told_of


def test_a_few_fitter_episodes_or_one_in_nine_that_returns_more_tell_nothing():
    few = simple([*np.zeros(36), 30, 30, 30, 30], np.arange(40.0))
    assert not hacking_of(1.0, 0.5, few, began=0.0)
    rich = simple(range(40), np.where(np.arange(40) % 8 == 7, 80.0, 20.0))
    assert not hacking_of(5.0, 4.0, rich, began=0.0), "of the thirty above 10 four return more"


def simple(fitness, returns):
    """Forty episodes of simple policies."""
    return base_from([1] * 40, list(fitness), np.zeros(0), {"": returns, "near": returns})


def correlated(order):
    """Simple policies worth 0 to 3.9 of 100, whose returns order that share of the pairs so."""
    fitness, returns = np.arange(40) / 10, np.arange(40.0)
    wrong = 0 if order == 1.0 else 12
    returns[:wrong] = returns[:wrong][::-1]
    return simple(fitness, returns)


def test_a_fitness_that_hardly_came_nearer_to_the_maximum_is_not_on_its_way():
    """From 2 to 3 of 100, with more return than all: the order is right in 686 of 741 pairs.

    Twelve episodes stand the wrong way round, and neighbours are no pairs.  A reward that orders
    all of them right may yet lead there.
    """
    assert correlated(0.9).total.order == pytest.approx(1 - 55 / 741)
    assert "where nine in ten" in hacking_of(3.0, 2.0, correlated(0.9))
    assert not hacking_of(3.0, 2.0, correlated(1.0))
    assert not hacking_of(12.0, 2.0, correlated(0.9)), "a tenth of the way"


def bank(*, limit, summed):
    """Ten episodes of four steps, each worth 1: five cut, five ended by the simulator."""
    worth = 4.0 if summed else 1.0
    episodes = tuple(
        BankEpisode({"x": np.zeros(4)}, worth, terminated=k >= 5, steps=np.ones(4))
        for k in range(10)
    )
    return Bank(transitions={"x": np.zeros(1)}, episodes=episodes, time_limit=limit)


def test_episodes_that_the_bank_cut_count_as_if_they_had_gone_on():
    """Four steps of 20 that pay 2 each would have returned 40, and been worth 20."""
    paid = {"": np.full(40, 2.0)}
    base = base_on(bank(limit=20, summed=True), paid)
    assert base.returns.tolist() == [40.0] * 5 + [8.0] * 5
    assert base.fitness.tolist() == [20.0] * 5 + [4.0] * 5
    mean = base_on(bank(limit=20, summed=False), paid)
    assert mean.fitness.tolist() == [1.0] * 10, "a mean over the steps stays what it is"
    assert base_on(bank(limit=None, summed=True), paid).returns.tolist() == [8.0] * 10
    assert base_on(bank(limit=4, summed=True), paid).returns.tolist() == [8.0] * 10
