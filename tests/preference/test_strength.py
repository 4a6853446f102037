import math

import numpy as np
import pytest
from scipy import optimize, special

from rewardsmith.preference import Match, fit_strengths, share_of

NAMES = ("a", "b", "c")


def matches(seed=0, count=40):
    """Comparisons among three rewards with three policies each, some of them even."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        first, second = rng.choice(3, size=2, replace=False)
        won = float(rng.choice([0.0, 0.5, 1.0]))
        seeds = [int(s) for s in rng.integers(3, size=2)]
        found.append(Match(NAMES[first], NAMES[second], won, *seeds))
    return found


def independent_fit(played, prior, spread):
    """The same posterior written down once more, left to SciPy, with a numerical curvature."""
    policies = sorted(
        {(m.first, m.first_seed) for m in played} | {(m.second, m.second_seed) for m in played}
    )

    def cost(x):
        total = sum((value / prior) ** 2 / 2 for value in x[:3])
        total += sum((value / spread) ** 2 / 2 for value in x[3:])
        for m in played:
            one = x[NAMES.index(m.first)] + x[3 + policies.index((m.first, m.first_seed))]
            two = x[NAMES.index(m.second)] + x[3 + policies.index((m.second, m.second_seed))]
            total -= m.won * special.log_expit(one - two)
            total -= (1 - m.won) * special.log_expit(two - one)
        return total

    size = 3 + len(policies)
    found = optimize.minimize(cost, np.zeros(size), method="BFGS", options={"gtol": 1e-7})
    step, curvature = 1e-3, np.zeros((size, size))
    unit = np.eye(size) * step
    for i in range(size):
        for j in range(size):
            curvature[i, j] = (
                cost(found.x + unit[i] + unit[j])
                - cost(found.x + unit[i] - unit[j])
                - cost(found.x - unit[i] + unit[j])
                + cost(found.x - unit[i] - unit[j])
            ) / (4 * step * step)
    return found.x[:3], np.linalg.inv(curvature)[:3, :3]


@pytest.mark.parametrize("seed", [0, 1])
def test_strengths_and_their_covariance_are_those_of_an_independent_fit(seed):
    played = matches(seed)
    fitted = fit_strengths(NAMES, played, prior=1.2, policy_spread=0.6)
    values, covariance = independent_fit(played, 1.2, 0.6)
    assert fitted.values == pytest.approx(values, abs=1e-4)
    assert fitted.covariance == pytest.approx(covariance, abs=1e-3)


def test_with_a_flat_prior_the_strengths_are_those_of_hunters_iteration():
    """Hunter 2004, "MM algorithms for generalized Bradley-Terry models", equation 3."""
    played = [Match("a", "b", 1.0)] * 3 + [Match("a", "b", 0.0)] + [Match("b", "c", 1.0)] * 2
    played += [Match("b", "c", 0.0)] * 2 + [Match("c", "a", 1.0), Match("c", "a", 0.0)]
    worth = np.ones(3)
    wins = {"a": 4, "b": 3, "c": 3}
    for _ in range(5000):
        pairs = [(NAMES.index(m.first), NAMES.index(m.second)) for m in played]
        worth = np.array(
            [
                wins[name] / sum(1 / (worth[i] + worth[j]) for i, j in pairs if k in (i, j))
                for k, name in enumerate(NAMES)
            ]
        )
        worth /= worth.sum()
    fitted = fit_strengths(NAMES, played, prior=1e4)
    gap, _ = fitted.gap("a", "c")
    assert gap == pytest.approx(math.log(worth[0] / worth[2]), abs=1e-4)


def test_equal_comparisons_in_another_order_give_the_same_strengths_to_the_bit():
    played = matches()
    one, other = fit_strengths(NAMES, played), fit_strengths(NAMES, played[::-1])
    assert (one.values == other.values).all()
    assert (one.covariance == other.covariance).all()


def test_a_reward_that_wins_every_time_stays_finite_and_one_nobody_compared_stays_in_the_middle():
    fitted = fit_strengths(("a", "b", "c"), [Match("a", "b", 1.0, k, k) for k in range(30)])
    best, middle = fitted.share("a"), fitted.share("c")
    assert 0.7 < best.value < best.high < 1.0
    assert middle.low < 0.5 < middle.high
    assert fitted.values[2] == 0.0


def test_many_comparisons_of_the_same_two_policies_say_less_than_as_many_of_different_ones():
    same = fit_strengths(("a", "b"), [Match("a", "b", 1.0, 0, 0)] * 20)
    fresh = fit_strengths(("a", "b"), [Match("a", "b", 1.0, k, k) for k in range(20)])
    gap, error = same.gap("a", "b")
    more, less_error = fresh.gap("a", "b")
    assert gap / error < more / less_error


def test_wilsons_interval_by_hand():
    """Five of five: the centre is (1 + z²/10) / (1 + z²/5), and z²/5 = 0.76829."""
    found = share_of([1.0] * 5)
    assert (found.value, found.high) == (1.0, pytest.approx(1.0))
    assert found.low == pytest.approx(1 / (1 + 0.76829), abs=1e-4)
    assert share_of([1.0, 0.5, 0.0, 0.5]).value == 0.5
    assert share_of([]) is None
