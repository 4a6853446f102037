import numpy as np
import pytest

from rewardsmith.training.curves import EpisodeLog, MemberCurves, TrainingEpisode


def test_episodes_are_joined_across_blocks_without_the_rows_that_only_reset():
    log = EpisodeLog(2)
    # Column 0 ends at step 1, resets at step 2, and ends again at step 1 of the second block.
    values = {"x": np.array([[1, 10], [2, 11], [99, 12]])}
    valid = np.array([[True, True], [True, True], [False, True]])
    ended = np.array([[False, False], [True, False], [False, False]])
    first = list(log.add(values, valid, ended))
    values = {"x": np.array([[3, 13], [4, 14], [99, 15]])}
    second = list(log.add(values, valid, ended))
    assert [(c, e["x"].tolist()) for c, e in first] == [(0, [1, 2])]
    assert [(c, e["x"].tolist()) for c, e in second] == [(0, [3, 4])]


def test_a_kept_column_keeps_its_open_episode():
    log = EpisodeLog(2)
    on, off = np.ones((1, 2), np.bool_), np.zeros((1, 2), np.bool_)
    assert not list(log.add({"x": np.array([[1, 2]])}, on, off))
    kept = log.keep(np.array([1]))
    ((column, episode),) = kept.add({"x": np.array([[3]])}, on[:, :1], on[:, :1])
    assert (column, episode["x"].tolist()) == (0, [2, 3])


def test_a_curve_has_ten_equally_spaced_points():
    curves = MemberCurves(25, 100)
    for block in range(25):
        curves.add_episode(TrainingEpisode(fitness=float(block), total=1.0, length=7))
        curves.add_block({}, np.ones((2, 2), np.bool_))
    assert curves.steps == [300, 500, 800, 1000, 1300, 1500, 1800, 2000, 2300, 2500]
    # Blocks 0, 1, 2 make the first point, 3, 4 the second.
    assert curves.fitness[:2] == [1.0, 3.5]


def test_components_are_told_by_mean_spread_share_and_activity():
    curves = MemberCurves(1, 4)
    valid = np.array([[True], [True], [False], [True], [True]])
    a, b = np.array([0.0, 2.0, 99.0, 0.0, 2.0]), np.array([3.0, -3.0, 99.0, 3.0, -3.0])
    curves.add_block({"a": a[:, None], "b": b[:, None]}, valid)
    first, second = curves.components()
    assert (first.name, first.mean, first.spread, first.positive) == ("a", (1.0,), (1.0,), (0.5,))
    assert (second.mean, second.spread) == ((0.0,), (3.0,))
    assert first.share == (pytest.approx(0.25),)


def test_a_point_without_episodes_and_a_component_that_is_not_finite_are_none():
    curves = MemberCurves(1, 2)
    curves.add_block({"a": np.array([[np.nan], [1.0]])}, np.ones((2, 1), np.bool_))
    (curve,) = curves.components()
    assert curves.fitness == [None]
    assert (curve.mean, curve.spread, curve.share) == ((None,), (None,), (None,))
