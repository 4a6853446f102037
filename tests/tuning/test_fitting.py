"""Tuning: numbers that recorded episodes contradict are found again, in the reward process."""

import dataclasses

import numpy as np
import pytest

from rewardsmith.language.constants import find_numbers, with_numbers
from rewardsmith.sandbox import RewardServer
from rewardsmith.tuning import (
    Evidence,
    Fit,
    Form,
    Preference,
    family_of,
    fit_numbers,
    joined,
    losses_of,
    trained_evidence,
)
from rewardsmith.tuning.preference import (
    EPISODES_COUNT,
    MOST_EPISODES,
    Preferences,
    _chosen,
    thinned,
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


def test_the_numbers_of_what_a_method_is_called_on_are_parameters_and_its_axis_is_none():
    source = "x = (0.3 * a).clip(0.1, 2.0).sum(axis=-1) + (1.0 - b).round(2)\n"
    numbers = find_numbers(source)
    assert [n.value for n in numbers] == [0.3, 0.1, 2.0, 1.0]
    doubled = with_numbers(source, numbers, [2 * n.value for n in numbers])
    assert doubled == "x = (0.6 * a).clip(0.2, 4.0).sum(axis=-1) + (2.0 - b).round(2)\n"


def test_integers_that_indices_are_made_of_stay_and_bounds_of_a_mask_are_parameters():
    source = "k = 2 - 1\nmask = a > 0.5\ny = 3 * a[..., k] + np.where(mask, 4 * b[mask], 0.25)\n"
    assert [n.value for n in find_numbers(source)] == [0.5, 3.0, 4.0, 0.25]


@pytest.mark.parametrize("mark", ["\x0c", "\u2028", "\x85", "\r\n", "\r"])
def test_numbers_are_found_where_they_stand_whatever_marks_a_line_holds(mark):
    """Python ends a line at the last two only, str.splitlines at all of them."""
    source = f'"""Words{mark}and words."""\nx = 0.5 * a\ny = 0.25 * b'
    numbers = find_numbers(source)
    assert with_numbers(source, numbers, [0.7, 0.75]) == (
        f'"""Words{mark}and words."""\nx = 0.7 * a\ny = 0.75 * b'
    )


def test_wrong_numbers_are_fitted_to_the_order_of_episodes(server):
    broken = GOOD.replace("2.0)", "0.3)").replace("-0.1", "-1.0")
    fit = fit_numbers(form_of(broken), evidence(), server)
    assert fit is not None
    assert fit.loss < fit.given / 2
    assert fit.worthwhile
    best = family_of(fit, 4)[0].source
    target = find_numbers(best)[0].value
    assert 1.0 < target < 3.0
    assert best.splitlines()[0] == GOOD.splitlines()[0]


def test_a_familys_members_are_apart_and_the_best_fit_comes_first(server):
    fit = fit_numbers(form_of(GOOD.replace("2.0)", "0.3)")), evidence(), server)
    family = family_of(fit, 3)
    assert family[0].source == fit.form.scaled(fit.best()).source
    assert len({form.source for form in family}) == len(family) <= 3
    others = family_of(fit, 3, {family[0].source})
    assert family[0].source not in {form.source for form in others}


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
    # What comes a step later counts 0.98.  Returns 0 and 2 have the deviation 1: the lead is 2,
    # times the sharpness of 3.
    right = preference.loss(np.array([0.0, 1.0, 1.0 / 0.98]))
    assert right == pytest.approx(np.log1p(np.exp(-6.0)))
    wrong = preference.loss(np.array([5.0, 1.0, 2.0 / 0.98]))
    assert wrong == pytest.approx(np.log1p(np.exp(6.0)))
    assert preference.loss(np.array([2.0, 1.0, 1.0 / 0.98])) == pytest.approx(np.log(2.0))


def test_windows_and_endings_count_twice_what_episodes_do():
    right = Preference.of(Evidence({}, (1, 2), (0.0, 1.0)))
    wrong = dataclasses.replace(right, better=right.worse, worse=right.better)
    low, high = np.log1p(np.exp(-6.0)), np.log1p(np.exp(6.0))
    totals = np.array([0.0, 1.0, 1.0 / 0.98])
    three = Preferences(((right, 1.0), (wrong, EPISODES_COUNT)), wrong)
    mean = (low + 0.5 * high + high) / 2.5
    assert three.losses(totals) == pytest.approx((mean, (low + high) / 2, high))
    two = dataclasses.replace(three, endings=None)
    assert two.losses(totals) == pytest.approx(((low + 0.5 * high) / 1.5, low, high))
    assert Preferences.of(Evidence({}, (1,), (0.0,))) is None


def test_scaling_a_reward_does_not_change_the_preference_loss():
    known = evidence()
    totals = np.random.default_rng(1).normal(size=STEPS * EPISODES)
    preference = Preference.of(known)
    assert preference.loss(totals) == pytest.approx(preference.loss(1000.0 * totals))


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


def test_all_numbers_may_be_wrong_at_once(server):
    """One number after another stops at a loss of 0.8 here: the window has to widen and move."""
    broken = GOOD.replace("2.0)", "1.13)").replace("/ 0.5", "/ 0.0819").replace("-0.1", "-0.00858")
    fit = fit_numbers(form_of(broken), evidence(), server)
    assert fit.given > 1.0
    assert fit.loss < 0.2


def test_pairs_weigh_as_much_as_their_fitness_differs():
    three = Evidence({}, (1, 1, 1), (0.0, 1.0, 3.0))
    preference = Preference.of(three)
    pairs = zip(preference.better, preference.worse, preference.weights, strict=True)
    # Differences of 1, 3 and 2.
    assert {(b, w): pytest.approx(weight) for b, w, weight in pairs} == {
        (1, 0): 1 / 6,
        (2, 0): 3 / 6,
        (2, 1): 2 / 6,
    }


def test_half_of_the_weight_is_with_what_the_rewards_own_policies_did():
    known = Evidence({}, (1, 1, 1), (0.0, 1.0, 0.5), (False, False, True))
    preference = Preference.of(known)
    pairs = zip(preference.better, preference.worse, preference.weights, strict=True)
    assert {(b, w): pytest.approx(weight) for b, w, weight in pairs} == {
        (1, 0): 1 / 2,
        (1, 2): 1 / 4,
        (2, 0): 1 / 4,
    }


def test_a_reward_that_pays_its_own_policies_for_what_is_worth_little_is_fitted_again(server):
    """Whoever sits at -3 does not push; the bank alone has nobody there."""
    place = np.repeat(np.array([2.0, 1.0, 0.0, -0.5] * 5 + [-3.0] * 5), STEPS)
    fitness = (4.0, 3.0, 2.0, 1.5) * 5 + (0.0,) * 5
    own = (False,) * 20 + (True,) * 5
    rows = {"place": place.astype(np.float32)}
    seen = Evidence(rows, (STEPS,) * 25, fitness, own)
    hacked = """def compute_reward(place):
    near = -np.abs(place - 2.0)
    odd = np.where(place < -1.0, 9.0, 0.0)
    return near + odd, {"near": near, "odd": odd}
"""
    fit = fit_numbers(form_of(hacked), seen, server)
    assert fit.worthwhile
    repaired = family_of(fit, 1)[0].source
    assert not fit_numbers(form_of(repaired), seen, server).worthwhile
    unseen = Evidence({"place": rows["place"][: 20 * STEPS]}, (STEPS,) * 20, fitness[:20])
    assert not fit_numbers(form_of(hacked), unseen, server).worthwhile


def test_of_many_episodes_all_own_ones_are_compared_and_others_over_the_whole_range():
    count = 1000
    rows = {"place": np.arange(count, dtype=np.float32)}
    own = tuple(k < 3 for k in range(count))
    known = Evidence(rows, (1,) * count, tuple(float(k) for k in range(count)), own)
    few = thinned(known)
    assert len(few.lengths) == 3 + MOST_EPISODES
    assert few.own[:3] == (True, True, True)
    assert sum(few.own) == 3
    assert (few.fitness[3], few.fitness[-1]) == (3.0, count - 1.0)
    assert list(few.rows["place"]) == list(few.fitness)


def test_episodes_of_any_length_are_picked_with_their_rows():
    rows = {"place": np.arange(6.0)}
    picked = Evidence(rows, (1, 2, 3), (7.0, 8.0, 9.0), (False, True, False)).picked([2, 0])
    assert list(picked.rows["place"]) == [3.0, 4.0, 5.0, 0.0]
    assert (picked.lengths, picked.fitness, picked.own) == ((3, 1), (9.0, 7.0), (False, False))


def test_of_many_windows_those_that_are_rarely_reached_are_looked_at():
    """900 windows worth nothing much, and 100 that are worth ten to a hundred times as much."""
    fitness = np.concatenate([np.linspace(0.0, 1.0, 900), np.linspace(10.0, 100.0, 100)])
    every, nothing = np.ones(1000, dtype=bool), np.zeros(1000, dtype=bool)
    places = _chosen(fitness, [every, nothing], 100)
    assert (places[0], places[-1]) == (0, 999)
    assert list(places) == sorted(set(places.tolist()))
    # A window is taken whenever the mixture of order and value has grown by a 99th: it grows by
    # 0.25 * 0.9 + 0.75 / 100 = 0.23 over the many, and by the other 0.77 over the few.
    assert 20 <= np.sum(places < 900) <= 25
    assert np.sum(places >= 900) >= 60
    alike = _chosen(np.full(1000, 3.0), [every], 100)
    assert len(set(alike.tolist())) == 100
    assert list(_chosen(fitness, [fitness > 50], 100)) == list(np.nonzero(fitness > 50)[0])


def test_windows_are_worth_their_discounted_fitness():
    """Of 100 steps, every 50: two of the episode that ended, two of the one that did not."""
    steps = np.concatenate([np.zeros(50), np.ones(20), np.full(150, 0.1), np.full(30, 9.0)])
    two = Evidence({}, (70, 180), (20.0, 285.0), ended=(True, False), steps=steps)
    preference = Preference.of_windows(two)
    assert preference.returns.lengths == (50, 20, 50, 50, 50, 30)
    late, low = np.sum(0.98 ** np.arange(20)), 0.1 * np.sum(0.98 ** np.arange(100))
    worth = [0.98**50 * late, late, low, low]
    pairs = dict(
        zip(zip(preference.better, preference.worse, strict=True), preference.weights, strict=True)
    )
    gaps = {(k, i): worth[k] - worth[i] for k, i in ((1, 0), (1, 2), (1, 3), (0, 2), (0, 3))}
    assert pairs == {pair: pytest.approx(gap / sum(gaps.values())) for pair, gap in gaps.items()}
    assert Preference.of_windows(Evidence({}, (1,), (0.0,))) is None


def test_a_window_that_goes_on_has_more_to_come():
    """An episode that ends after 30 steps, and 100 steps of one that goes on."""
    steps = np.concatenate([np.full(30, 0.05), np.full(100, 0.1)])
    two = Evidence({}, (30, 100), (1.5, 10.0), ended=(True, False), steps=steps, discount=0.99)
    preference = Preference.of_endings(two)
    assert list(zip(preference.better, preference.worse, strict=True)) == [(1, 0)]
    # -0.1 a step is -0.1 / (1 - 0.99) = -10 for ever, and -6.34 in the hundred steps alone.  The
    # other has -0.1 (1 - 0.99^30) / (1 - 0.99) - 6 * 0.99^29 = -7.09: ending pays.
    fall = np.zeros(130)
    fall[29] = -6.0
    assert preference.returns.of(fall - 0.1)[:2] == pytest.approx([-7.086, -10.0], abs=1e-3)
    assert preference.loss(fall - 0.1) == pytest.approx(np.log1p(np.exp(6.0)))
    assert preference.loss(fall + 0.1) == pytest.approx(np.log1p(np.exp(-6.0)))
    assert Preference.of_endings(dataclasses.replace(two, discount=None)) is None
    assert Preference.of_endings(dataclasses.replace(two, ended=(False, False))) is None
    assert two.picked([1, 0]).discount == 0.99
    farsighted = Preference.of_endings(dataclasses.replace(two, discount=1.0))
    assert np.isfinite(farsighted.loss(fall - 0.1))


def test_an_end_that_is_worth_more_than_going_on_stays_better():
    """One arrives, which is worth 1; the other would wait for ever, which is worth nothing."""
    steps = np.zeros(130)
    steps[29] = 1.0
    two = Evidence({}, (30, 100), (1.0, 0.0), ended=(True, False), steps=steps, discount=0.99)
    preference = Preference.of_endings(two)
    assert list(zip(preference.better, preference.worse, strict=True)) == [(0, 1)]


def test_a_reward_that_pays_for_ending_loses_where_the_trainers_discount_is_known(server):
    """Whoever falls does so early, from anywhere; who lives on stays somewhere, best at 1."""
    fallen, living = np.linspace(-2, 2, 30), np.linspace(-2, 2, 12)
    place = np.concatenate([np.repeat(fallen, 20), np.repeat(living, 300)]).astype(np.float32)
    terminated = np.zeros(len(place), dtype=bool)
    terminated[19 : 30 * 20 : 20] = True
    steps = np.exp(-(((place - 1.0) / 0.4) ** 2))
    lengths = (20,) * 30 + (300,) * 12
    fitness = tuple(part.sum() for part in np.split(steps, np.cumsum(lengths)[:-1]))
    ended = (True,) * 30 + (False,) * 12
    rows = {"place": place, "terminated": terminated}
    blind = Evidence(rows, lengths, fitness, ended=ended, steps=steps)
    source = """def compute_reward(place, terminated):
    near = {bonus} - 0.1 * np.abs(place - 1.0)
    fall = np.where(terminated, -4.0, 0.0)
    return near + fall, {"near": near, "fall": fall}
"""
    # Standing at 0 for ever is -8 with the one, worse than a fall, and 10 with the other.
    pays_for_ending, pays_for_living = (source.replace("{bonus}", b) for b in ("0.02", "0.2"))
    losses = losses_of((pays_for_ending, pays_for_living), blind, server)
    assert losses[0] < losses[1]
    seeing = dataclasses.replace(blind, discount=0.99)
    losses = losses_of((pays_for_ending, pays_for_living), seeing, server)
    assert losses[0] > losses[1]


def test_a_piece_of_an_episode_is_compared_with_what_is_as_long():
    three = Evidence({}, (200, 200, 500), (5.0, 9.0, 7.0), segment=(True, True, False))
    preference = Preference.of(three)
    assert list(zip(preference.better, preference.worse, strict=True)) == [(1, 0)]


def test_windows_tell_where_a_target_lies(server):
    """Every episode rests at four places for 100 steps; as wholes they are worth the same."""
    rests = np.random.default_rng(0).uniform(-4, 4, 48)
    place = np.repeat(rests, 100).astype(np.float32)
    steps = np.exp(-((place - 2.0) ** 2))
    known = Evidence({"place": place}, (400,) * 12, (1.0,) * 12, steps=steps)
    source = """def compute_reward(place):
    near = -np.abs(place - 0.4)
    return near, {"near": near}
"""
    fit = fit_numbers(form_of(source), known, server)
    assert family_of(fit, 1)[0].numbers[0] == pytest.approx(2.0, rel=0.1)


def test_a_family_holds_what_fits_each_kind_of_pairs_best():
    form = Form((1.0,), repr)
    fit = Fit(form, {(0.0,): (2.0, 2.0, 2.0), (1.0,): (0.5, 0.6, 0.4), (-1.0,): (0.9, 0.1, 1.7)})
    assert fit.kinds == 2
    # The best on the whole, that of the first kind, and half way to the best: 0.5 from its ends is
    # too near for the first choice and far enough for what is left.
    assert [np.log(f.numbers[0]) for f in family_of(fit, 4)] == pytest.approx([1.0, -1.0, 0.5])
    assert [np.log(f.numbers[0]) for f in family_of(fit, 2)] == pytest.approx([1.0, -1.0])
