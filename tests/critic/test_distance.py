"""STARC distance: exact in tabular form, related to measured regret, and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from rewardsmith import stats
from rewardsmith.critic.distance import (
    NEAR,
    Metric,
    StateFeatures,
    half_distance,
    near_duplicate,
    near_duplicate_finding,
    neighbours,
    standardised,
    state_features,
)
from rewardsmith.critic.distance import starc_distance as distance_of_marks

STATES, ACTIONS, DISCOUNT = 8, 3, 0.9


def starc_distance(first, second, metric):
    return distance_of_marks(metric.mark(first), metric.mark(second))


class Tabular:
    """A random decision process; rewards are R(s, a), rows are the pairs (s, a)."""

    def __init__(self, rng):
        self.kernel = rng.dirichlet(np.full(STATES, 0.3), (STATES, ACTIONS))
        self.start = rng.dirichlet(np.ones(STATES))
        features = StateFeatures(
            np.repeat(np.eye(STATES), ACTIONS, axis=0), self.kernel.reshape(-1, STATES)
        )
        self.metric = Metric.of(features, DISCOUNT)

    def shaping(self, potential):
        return (DISCOUNT * self.kernel @ potential - potential[:, None]).ravel()

    def occupancy(self, policy):
        """Discounted visits of (s, a) under policies (..., S, A), (..., S * A)."""
        moves = np.einsum("...sa,sat->...st", policy, self.kernel)
        system = np.eye(STATES) - DISCOUNT * np.swapaxes(moves, -1, -2)
        start = np.broadcast_to(self.start[:, None], (*system.shape[:-1], 1))
        visits = np.linalg.solve(system, start)
        return (visits * policy).reshape(*policy.shape[:-2], -1)

    def best(self, reward):
        """The optimal policy, by iteration of values."""
        value = np.zeros(STATES)
        for _ in range(300):
            quality = reward.reshape(STATES, ACTIONS) + DISCOUNT * self.kernel @ value
            value = quality.max(axis=1)
        return np.eye(ACTIONS)[quality.argmax(axis=1)]


def worst_regret(process, first, second, visits):
    """The most of `first`, of its range, that is lost while `second` does not fall."""
    extremes = [process.best(r) for r in (first, -first, second, -second)]
    visits = np.concatenate([visits, process.occupancy(np.array(extremes))])
    ours, theirs = visits @ first, visits @ second
    along = np.argsort(theirs)
    lost = np.maximum.accumulate(ours[along]) - ours[along]
    return lost.max() / np.ptp(ours)


def pearson_distance(first, second):
    return np.sqrt(max(0.0, (1 - stats.pearson(first, second)) / 2))


def test_scale_and_shaping_are_no_distance_in_exact_tabular_form():
    rng = np.random.default_rng(0)
    for _ in range(20):
        process = Tabular(rng)
        reward = rng.normal(size=STATES * ACTIONS)
        shaped = rng.uniform(0.1, 10) * reward + process.shaping(rng.normal(0, 10, STATES))
        assert starc_distance(reward, shaped, process.metric) < 1e-6
        assert starc_distance(reward, -shaped, process.metric) == pytest.approx(1)


def test_the_distance_tells_the_worst_regret_and_better_than_pearsons_does():
    rng = np.random.default_rng(1)
    starc, plain, regret = [], [], []
    for _ in range(20):
        process = Tabular(rng)
        visits = process.occupancy(rng.dirichlet(np.full(ACTIONS, 0.2), (500, STATES)))
        for _ in range(10):
            first, other = rng.normal(size=(2, STATES * ACTIONS))
            angle = rng.uniform(0, np.pi)
            second = np.cos(angle) * first + np.sin(angle) * other
            second = second + process.shaping(rng.normal(0, 2, STATES))
            starc.append(starc_distance(first, second, process.metric))
            plain.append(pearson_distance(first, second))
            regret.append(worst_regret(process, first, second, visits))
    ours, theirs = stats.spearman(starc, regret), stats.spearman(plain, regret)
    assert ours >= 0.8
    assert ours > theirs + 0.1


def test_levelling_by_hand():
    # One state that leads to itself half the time and ends else: V = R + 0.9 V / 2 on average.
    features = StateFeatures(np.ones((2, 1)), np.array([[1.0], [0.0]]))
    # 2 V = 3 + 0.9 V, V = 30 / 11; level: 1 - V + 0.9 V and 2 - V.
    value = 30 / 11
    expected = [1 - 0.1 * value, 2 - value]
    np.testing.assert_allclose(Metric.of(features, 0.9).level(np.array([1.0, 2.0])), expected)


def test_nothing_left_is_half_way_from_everything():
    metric = Metric.of(StateFeatures(np.eye(2), np.eye(2)[::-1]), 0.9)
    shaping = np.array([0.9 * 5 - 3, 0.9 * 3 - 5.0])
    assert not standardised(metric.level(shaping), shaping).any()
    assert starc_distance(shaping, np.zeros(2), metric) == 0
    assert half_distance(np.zeros(2), np.array([0.6, -0.8])) == 0.5


def recorded(rows=500):
    """Transitions, and three rewards that have nothing to do with them."""
    rng = np.random.default_rng(2)
    obs = rng.normal(size=(rows, 3)).astype(np.float32)
    after = rng.uniform(-1, 1, (rows, 3)).astype(np.float32)
    values = {"obs": obs, "next_obs": after, "terminated": rng.random(rows) < 0.1}
    return values, rng.normal(size=(rows, 3))


def test_on_recorded_rows_shaping_of_observations_is_taken_away():
    values, paid = recorded()
    features = state_features(values)
    assert features is not None
    assert not features.after[values["terminated"]].any()
    reward, metric = paid[:, 0], Metric.of(features)
    # The potential is linear in the first observation's number and 0 after the end.
    after = np.where(values["terminated"], 0, values["next_obs"][:, 1])
    shaped = 3 * reward + 0.99 * after - values["obs"][:, 1]
    assert starc_distance(reward, shaped, metric) < 0.01
    assert starc_distance(reward, -reward, metric) == pytest.approx(1)
    assert starc_distance(reward, paid[:, 2], metric) > 0.5


def test_a_factor_makes_a_duplicate_and_shaping_or_another_weight_does_not():
    values, paid = recorded()
    metric = Metric.on(values)
    reward, cost = paid[:, 0], paid[:, 1]
    earlier = {"g00-c01": metric.mark(cost), "g00-c03": metric.mark(reward)}
    found = near_duplicate(metric.mark(2 * reward + 0.001 * cost), earlier)
    assert found is not None
    assert found.name == "g00-c03"
    finding = near_duplicate_finding(found)
    assert finding.warning
    assert "g00-c03" in finding.message
    assert near_duplicate(metric.mark(reward + 0.2 * cost), earlier) is None
    after = np.where(values["terminated"], 0, values["next_obs"][:, 1])
    shaped = metric.mark(reward + 0.99 * after - values["obs"][:, 1])
    near, far = neighbours(shaped, earlier)
    assert (near.name, far.name) == ("g00-c03", "g00-c01")
    assert near.distance < NEAR < near.plain == near.apart
    assert near_duplicate(shaped, earlier) is None
    assert near_duplicate(metric.mark(reward), {}) is None


def test_without_a_state_before_and_after_there_are_no_features():
    stateless = {"forward_velocity": np.zeros(3), "action": np.zeros(3)}
    assert state_features(stateless) is None
    assert Metric.on(stateless) is None
    assert state_features({"height": np.arange(3.0), "previous_height": np.arange(3.0)}) is not None
