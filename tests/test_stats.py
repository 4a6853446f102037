"""Statistics against hand arithmetic and against SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from rewardsmith import stats

NUMBERS = st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=1, max_size=12)


def test_interquartile_mean_drops_a_quarter_at_each_end():
    # 8 values: 2 dropped below (0, 1), 2 above (90, 100); (2 + 3 + 4 + 5) / 4 = 3.5
    assert stats.interquartile_mean([100, 0, 1, 5, 4, 3, 2, 90]) == 3.5


def test_interquartile_mean_of_fewer_than_four_is_the_mean():
    assert stats.interquartile_mean([1, 2, 9]) == 4


def test_no_value_has_no_mean_and_no_score():
    assert stats.interquartile_mean([]) is None
    assert stats.score([]) is None


@given(NUMBERS)
def test_interquartile_mean_is_scipys_trimmed_mean(values):
    expected = scipy_stats.trim_mean(values, 0.25)
    assert stats.interquartile_mean(values) == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_one_seed_has_a_score_without_an_interval():
    score = stats.score([3.0])
    assert (score.value, score.low, score.high, score.seeds) == (3, 3, 3, 1)
    assert not stats.has_interval(score)


def test_two_seeds_span_their_interval():
    # resamples aa, ab, bb with probability 1/4, 1/2, 1/4: 2.5 % falls into aa, 97.5 % into bb
    score = stats.score([1.0, 2.0])
    assert (score.value, score.low, score.high) == (1.5, 1.0, 2.0)


def test_three_seeds_are_enumerated_exactly():
    # 27 orders; (0,0,0) has 1/27 = 3.7 % > 2.5 %, so the interval ends at the extremes
    score = stats.score([0.0, 3.0, 9.0])
    assert (score.value, score.low, score.high) == (4.0, 0.0, 9.0)


def test_four_seeds_cut_the_rarest_resamples():
    # interquartile mean of 4 = mean of the middle two.  Both middle values are 0 where at least
    # three of four draws are 0: 4 * (1/4)^3 * 3/4 + (1/4)^4 = 13/256 = 5.1 % > 2.5 %.
    score = stats.score([0.0, 10.0, 20.0, 100.0])
    assert (score.value, score.low, score.high) == (15.0, 0.0, 100.0)


@pytest.mark.parametrize("size", [5, 6, 9, 20])
def test_interval_agrees_with_scipys_percentile_bootstrap(size):
    values = np.random.default_rng(size).normal(10, 3, size)
    score = stats.score(values)
    reference = scipy_stats.bootstrap(
        (values,),
        lambda x, axis: scipy_stats.trim_mean(x, 0.25, axis=axis),
        n_resamples=20_000,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    tolerance = 0.06 * np.ptp(values)
    assert score.low == pytest.approx(reference.low, abs=tolerance)
    assert score.high == pytest.approx(reference.high, abs=tolerance)


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(5)
    samples = rng.normal(0, 1, (300, 12))
    hits = sum(s.low <= 0 <= s.high for s in map(stats.score, samples))
    assert 0.85 < hits / 300 < 0.99


@given(NUMBERS)
def test_a_score_lies_inside_its_interval_and_inside_the_data(values):
    score = stats.score(values)
    slack = 1e-9 * max(1, *map(abs, values))
    assert min(values) - slack <= score.low <= score.value <= score.high <= max(values) + slack


def test_a_score_does_not_depend_on_the_order_of_seeds():
    values = list(np.random.default_rng(1).normal(size=10))
    assert stats.score(values) == stats.score(values[::-1])


def test_values_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="not finite"):
        stats.score([1.0, float("nan")])


def test_improvement_counts_wins_and_half_of_ties():
    # 3 beats 1, ties 3; 2 beats 1, loses to 3: (1 + 0.5 + 1 + 0) / 4
    assert stats.probability_of_improvement([3, 2], [1, 3]).value == 0.625


def test_improvement_agrees_with_mann_whitney():
    rng = np.random.default_rng(2)
    x, y = rng.normal(0.5, 1, 7), rng.normal(0, 1, 9)
    expected = scipy_stats.mannwhitneyu(x, y).statistic / 63
    assert stats.probability_of_improvement(x, y).value == pytest.approx(expected)


def test_improvement_is_certain_where_samples_do_not_touch():
    sure = stats.probability_of_improvement([5, 6, 7], [1, 2, 3])
    assert (sure.value, sure.low, sure.high) == (1, 1, 1)
    assert stats.probability_of_improvement([], [1]) is None


def test_improvement_interval_widens_with_overlap():
    unsure = stats.probability_of_improvement([1, 4, 5], [2, 3, 6])
    assert unsure.low < 0.2
    assert unsure.high > 0.6


def test_drawn_and_enumerated_intervals_agree(monkeypatch):
    x, y = [1.0, 4.0, 5.0, 7.0, 8.0], [2.0, 3.0, 6.0, 4.5, 0.0]
    exact = stats.difference(x, y)
    monkeypatch.setattr(stats, "EXACT_SEEDS", 1)
    drawn = stats.difference(x, y, np.random.default_rng(3))
    assert drawn.value == exact.value
    assert drawn.low == pytest.approx(exact.low, abs=0.5)
    assert drawn.high == pytest.approx(exact.high, abs=0.5)


def test_difference_of_clearly_different_samples_is_positive():
    gap = stats.difference([10, 11, 12], [1, 2, 3])
    # extremes of the resamples: 10 - 3 and 12 - 1, each of probability 1/27^2 < 2.5 %
    assert gap.value == 9
    assert 7 < gap.low < 9 < gap.high < 11
    assert gap.positive


def test_difference_needs_two_seeds_on_each_side():
    assert stats.difference([1], [2, 3]) is None


def test_normalised_score_puts_the_fitness_reward_at_0_and_the_human_at_1():
    human, baseline = [10, 10, 10], [0, 0, 0]
    assert stats.normalised_score([5, 5, 5], human, baseline) == 0.5
    assert stats.normalised_score([20, 20], human, baseline) == 2


def test_normalised_score_keeps_its_sign_with_negative_scores():
    # (-300 - -1000) / |-200 - -1000| = 700 / 800
    assert stats.normalised_score([-300] * 2, [-200] * 2, [-1000] * 2) == 0.875


@pytest.mark.parametrize(
    ("human", "baseline"),
    [([0, 0, 0], [1, 1, 1]), ([0, 5, 10], [1, 4, 9]), ([5, 5], [5, 5]), ([9], [1]), ([], [1, 2])],
)
def test_normalised_score_is_undefined_unless_the_human_reward_is_clearly_better(human, baseline):
    assert stats.normalised_score([3, 3], human, baseline) is None


@given(
    st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=3, max_size=30).filter(
        lambda p: len({a for a, _ in p}) > 1 and len({b for _, b in p}) > 1
    )
)
def test_correlations_agree_with_scipy(pairs):
    x, y = zip(*pairs, strict=True)
    assert stats.spearman(x, y) == pytest.approx(scipy_stats.spearmanr(x, y).statistic, abs=1e-9)
    assert stats.pearson(x, y) == pytest.approx(scipy_stats.pearsonr(x, y).statistic, abs=1e-9)


@given(NUMBERS)
def test_ranks_agree_with_scipy(values):
    assert list(stats.ranks(values)) == list(scipy_stats.rankdata(values))


def test_what_lies_between_groups_is_not_correlated_within_them():
    # within each of two it rises by 1 with 1; from the first to the second it falls by 10
    x, y = [0.0, 1.0, 10.0, 11.0], [0.0, 1.0, -10.0, -9.0]
    assert stats.pearson(x, y) == pytest.approx(-0.98, abs=0.01)
    assert stats.pearson_within(x, y, [2, 2]) == pytest.approx(1.0)
    # 1, -1 and 1, -1 from the means go with 1, -1 and -1, 1: as much against as with
    assert stats.pearson_within([2, 0, 2, 0], [5, 3, 3, 5], [2, 2]) == pytest.approx(0.0)


def test_the_correlation_within_groups_is_that_of_an_analysis_of_covariance():
    """Bland and Altman: the root of what x explains of y where each group has its own mean."""
    rng = np.random.default_rng(5)
    lengths = (30, 2, 1, 40, 0, 12)
    group = np.repeat(np.arange(len(lengths)), lengths)
    x = rng.normal(size=group.size) + 3.0 * group
    y = -0.7 * x + rng.normal(size=group.size) - 5.0 * (group % 2)
    means = (group[:, None] == np.arange(len(lengths))).astype(float)

    def left(*columns):
        design = np.column_stack([means, *columns])
        return np.sum((y - design @ np.linalg.lstsq(design, y, rcond=None)[0]) ** 2)

    expected = -np.sqrt((left() - left(x)) / left())
    assert stats.pearson_within(x, y, lengths) == pytest.approx(expected, abs=1e-9)


def test_a_group_that_does_not_vary_but_by_rounding_adds_nothing():
    x = [0.1, 0.1, 0.1, 1.0, 2.0, 3.0]
    y = [7.0, 1.0, 4.0, 0.3, 0.3, 0.3]
    assert stats.pearson_within(x, y, [3, 3]) == 0.0  # no group has both
    assert stats.pearson_within(x[:3], y[:3], [3]) is None
    assert stats.pearson_within([], [], []) is None
    with pytest.raises(ValueError, match="3 values with 2"):
        stats.pearson_within([1, 2, 3], [1, 2], [3])


def test_a_constant_has_no_correlation():
    assert stats.pearson([1, 1, 1], [1, 2, 3]) is None
    assert stats.spearman([], []) is None
    with pytest.raises(ValueError, match="3 values with 2"):
        stats.pearson([1, 2, 3], [1, 2])


@pytest.mark.parametrize("seeds", [2, 3, 4, 5, 6])
def test_up_to_four_seeds_the_interval_is_only_the_range(seeds):
    # 1, 10, 100, ...: of four, the aggregate of (1, 1, 1, x) is 1 and that of (x, y, y, y) is y
    sample = [10.0**k for k in range(seeds)]
    found = stats.score(sample)
    ends = (found.low, found.high) == (min(sample), max(sample))
    assert ends == (seeds <= stats.RANGE_SEEDS) == stats.is_range(found)


def test_what_is_said_of_few_seeds():
    few, more = (stats.score(range(seeds)) for seeds in (2, 5))
    assert stats.range_note([few, more]) == (
        "the interval of 2 seeds is only their range, no 95 % interval"
    )
    assert stats.range_note([more, stats.score([1.0])]) == ""
