import numpy as np

from rewardsmith.training.normalization import (
    RewardScaler,
    RunningMoments,
    normalise,
    observation_scale,
)


def test_moments_of_parts_are_those_of_the_whole():
    rng = np.random.default_rng(0)
    parts = [rng.normal(3.0, 2.0, (rows, 4)) for rows in (5, 1, 0, 200)]
    moments = RunningMoments.empty(2, 4)
    for part in parts:
        moments.add(1, part)
    whole = np.concatenate(parts)
    np.testing.assert_allclose(moments.mean[1], whole.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(moments.variance()[1], whole.var(axis=0), rtol=1e-12)


def test_a_member_that_has_seen_nothing_is_not_scaled():
    moments = RunningMoments.empty(2, 3)
    moments.add(1, np.ones((4, 3)))
    mean, inverse = observation_scale(moments)
    np.testing.assert_allclose(mean[0], 0.0)
    np.testing.assert_allclose(inverse[0], 1.0)


def test_rows_of_all_members_at_once_count_as_those_of_each():
    rows = np.random.default_rng(1).normal(3.0, 2.0, (2, 3, 5, 4))
    together, apart = RunningMoments.empty(3, 4), RunningMoments.empty(3, 4)
    for part in rows:
        together.add_to_all(part)
        for member, own in enumerate(part):
            apart.add(member, own)
    np.testing.assert_allclose(together.count, [10.0, 10.0, 10.0])
    np.testing.assert_allclose(together.mean, apart.mean, rtol=1e-12)
    np.testing.assert_allclose(together.variance(), apart.variance(), rtol=1e-12)


def test_kept_moments_belong_to_the_same_members():
    moments = RunningMoments.empty(3, 1)
    for member in range(3):
        moments.add(member, np.full((2, 1), float(member)))
    np.testing.assert_allclose(moments.keep(np.array([0, 2])).mean[:, 0], [0.0, 2.0])


def test_normalised_observations_are_clipped():
    out = np.empty((1, 2), np.float32)
    normalise(np.array([[3.0, 1e6]], np.float32), np.float32(1.0), np.float32(0.5), 10.0, out)
    np.testing.assert_allclose(out, [[1.0, 10.0]])


def test_rewards_are_divided_by_the_deviation_of_the_discounted_return():
    # Two environments; the second's episode ends at step 1, step 2 only resets it.
    rewards = np.array([[[1.0, 2.0], [3.0, 4.0], [5.0, 0.0]]])
    ended = np.array([[[False, False], [False, True], [False, False]]])
    valid = np.array([[[True, True], [True, True], [True, False]]])
    scaler = RewardScaler.empty(1, 2, 0.5)
    # Returns: 1, 3.5, 6.75 and 2, 5; then a new episode begins at 0.
    returns = [1.0, 2.0, 3.5, 5.0, 6.75]
    deviations = np.array([np.std(returns[:count]) for count in (2, 4, 5)])
    scaled = scaler.scale(rewards, ended, valid)
    np.testing.assert_allclose(scaled, rewards / deviations[:, None], rtol=1e-6)
    np.testing.assert_allclose(scaler.divisor(), deviations[-1:], rtol=1e-6)
    np.testing.assert_allclose(scaler.returns, [[6.75, 0.0]])


def test_a_block_in_parts_is_scaled_as_a_whole():
    rng = np.random.default_rng(2)
    rewards = 1e6 + rng.normal(0.0, 2.0, (3, 20, 4))
    ended, valid = rng.random((2, *rewards.shape)) < [[[[0.2]]], [[[0.9]]]]
    valid[:, 0] = False
    parts = RewardScaler.empty(3, 4, 0.9)
    cut = zip(*(np.split(array, [1, 7], axis=1) for array in (rewards, ended, valid)), strict=True)
    scaled = np.concatenate([parts.scale(*part) for part in cut], axis=1)
    whole = RewardScaler.empty(3, 4, 0.9)
    np.testing.assert_allclose(scaled, whole.scale(rewards, ended, valid), rtol=1e-9)
    np.testing.assert_allclose(parts.divisor(), whole.divisor(), rtol=1e-9)


def test_scaled_rewards_are_clipped_at_ten():
    rewards = np.zeros((1, 1000, 1))
    rewards[0, 500] = 100.0
    nowhere = np.zeros(rewards.shape, np.bool_)
    scaled = RewardScaler.empty(1, 1, 0.0).scale(rewards, nowhere, ~nowhere)
    assert scaled.max() == 10.0
