"""Tuning: numbers that recorded episodes contradict are found again, in the reward process."""

import numpy as np
import pytest

from rewardsmith.language.constants import find_numbers, with_numbers
from rewardsmith.sandbox import RewardServer
from rewardsmith.tuning import (
    Evidence,
    Form,
    Preference,
    family_of,
    fit_numbers,
    joined,
    preference_loss,
    trained_evidence,
)

GOOD = """def compute_reward(place, push):
    near = np.exp(-((place - 2.0) / 0.5) ** 2)
    effort = -0.1 * push**2
    return near + effort, {"near": near, "effort": effort}
"""
STEPS, EPISODES = 20, 40


def evidence():
    """Episodes that stay at a place and push; fit is who stays near 2 and pushes little."""
    rng = np.random.default_rng(0)
    place = np.repeat(rng.uniform(-4, 4, EPISODES), STEPS).astype(np.float32)
    push = np.repeat(rng.uniform(0, 2, EPISODES), STEPS).astype(np.float32)
    near = np.exp(-(((place - 2.0) / 0.5) ** 2)) - 0.1 * push**2
    fitness = near.reshape(EPISODES, STEPS).sum(axis=1)
    return Evidence({"place": place, "push": push}, (STEPS,) * EPISODES, tuple(fitness))


def form_of(source):
    numbers = find_numbers(source)
    return Form(tuple(n.value for n in numbers), lambda v: with_numbers(source, numbers, v))


@pytest.fixture(scope="module")
def server():
    with RewardServer.start() as opened:
        yield opened


def test_wrong_numbers_are_fitted_to_the_order_of_episodes(server):
    broken = GOOD.replace("2.0)", "0.3)").replace("-0.1", "-1.0")
    fit = fit_numbers(form_of(broken), evidence(), server)
    assert fit is not None
    assert fit.loss < fit.given / 2
    assert fit.worthwhile
    best = family_of(fit, 4)[0]
    target = find_numbers(best)[0].value
    assert 1.0 < target < 3.0
    assert best.splitlines()[0] == GOOD.splitlines()[0]


def test_a_familys_members_are_apart_and_the_best_fit_comes_first(server):
    fit = fit_numbers(form_of(GOOD.replace("2.0)", "0.3)")), evidence(), server)
    family = family_of(fit, 3)
    assert family[0] == fit.form.scaled(np.array(fit.best))
    assert len(set(family)) == len(family) <= 3


def test_numbers_that_fit_already_are_not_worth_a_training(server):
    fit = fit_numbers(form_of(GOOD), evidence(), server)
    assert not fit.worthwhile


def test_code_that_fails_in_the_reward_process_is_not_fitted(server):
    broken = GOOD.replace("place - 2.0", "plaice - 2.0")
    assert fit_numbers(form_of(broken), evidence(), server) is None


def test_without_pairs_or_numbers_there_is_nothing_to_fit(server):
    flat = Evidence(evidence().rows, (STEPS,) * EPISODES, (1.0,) * EPISODES)
    assert fit_numbers(form_of(GOOD), flat, server) is None
    plain = "def compute_reward(place):\n    return place, {'place': place}\n"
    assert fit_numbers(form_of(plain), evidence(), server) is None


def test_the_preference_loss_is_the_logistic_loss_of_standardised_returns():
    two = Evidence({}, (1, 2), (0.0, 1.0))
    preference = Preference.of(two)
    # Returns 0 and 2 have the deviation 1: the lead is 2, times the sharpness of 3.
    right = preference_loss(preference, np.array([0.0, 1.0, 1.0]))
    assert right == pytest.approx(np.log1p(np.exp(-6.0)))
    wrong = preference_loss(preference, np.array([5.0, 1.0, 2.0]))
    assert wrong == pytest.approx(np.log1p(np.exp(6.0)))
    assert preference_loss(preference, np.array([2.0, 1.0, 1.0])) == pytest.approx(np.log(2.0))


def test_scaling_a_reward_does_not_change_the_preference_loss():
    known = evidence()
    totals = np.random.default_rng(1).normal(size=STEPS * EPISODES)
    preference = Preference.of(known)
    assert preference_loss(preference, totals) == pytest.approx(
        preference_loss(preference, 1000.0 * totals)
    )


def test_what_trained_policies_did_is_evidence_with_what_was_before():
    saved = {
        "episode": np.array([0, 0, 1, 1]),
        "fitness": np.array([1.0, 2.0, 3.0, 4.0]),
        "place": np.array([5.0, 6.0, 7.0, 8.0]),
        "action": np.array([1, 1, 1, 0]),
    }
    names = ("place", "previous_place", "previous_action")
    found = trained_evidence([saved, saved], names, lambda steps: float(steps.sum()))
    assert found.lengths == (2, 2, 2, 2)
    assert found.fitness == (3.0, 7.0, 3.0, 7.0)
    assert list(found.rows["previous_place"][:4]) == [5.0, 5.0, 7.0, 7.0]
    assert list(found.rows["previous_action"][:4]) == [0, 1, 0, 1]
    assert trained_evidence([saved], ("obs",), sum) is None
    assert joined([None]) is None
