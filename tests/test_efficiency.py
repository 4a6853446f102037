"""How steps to a level are read and compared in `bench_efficiency.py`."""

import numpy as np
import pytest

from tests.benchmarks import bench_efficiency as bench


def test_the_steps_are_those_of_the_first_reading_at_the_level_after_training_began():
    row = {"steps": [0, 100, 200, 300], "fitness": [9.0, 4.0, 5.0, 6.0]}
    assert bench.steps_to(5.0, "cartpole", row) == 200
    assert bench.steps_to(7.0, "cartpole", row) is None
    returns = {"steps": [0, 100], "fitness": [9.0, 9.0], "returns": [0.0, 3.0]}
    assert bench.steps_to(3.0, "hopper", returns) == 100
    assert bench.steps_to(4.0, "hopper", returns) is None


def test_the_level_lies_three_quarters_of_the_way_and_a_tenth_of_the_maximum_up_at_least():
    def rows(*pairs):
        return [{"fitness": pair, "returns": pair} for pair in pairs]

    # from 100 three quarters of the way to the median 300; a tenth of 500 above 100
    assert bench.level_of("cartpole", rows((80.0, 500.0), (120.0, 300.0), (100.0, 0.0))) == 250.0
    assert bench.level_of("cartpole", rows((80.0, 110.0), (120.0, 110.0))) == 150.0
    assert bench.level_of("half-cheetah", rows((0.0, 0.5), (0.0, 0.5))) == 1.0
    # where the return is read, the best of the untrained at least
    assert bench.level_of("hopper", rows((0.0, 2.0), (4.0, 2.0))) == 4.0


def test_over_all_environments_the_ratios_multiply():
    def row(ours, sb3, never=0):
        return {"ours": [ours] * 4, "sb3": [sb3] * 4, "ratio": ours / sb3} | {
            "ours_never": never,
            "sb3_never": never,
        }

    ratios = {"a": row(20.0, 10.0), "b": row(10.0, 80.0), "c": row(9.0, 9.0, never=4)}
    count, mean, upper = bench.over_all({"ratios": ratios})
    assert count == 2
    assert (mean, upper) == pytest.approx((0.5, 0.5))


def test_the_bound_of_a_ratio_of_constants_is_the_ratio():
    assert bench.ratio_bound([30.0] * 8, [20.0] * 8) == pytest.approx((1.5, 1.5))


def test_the_bound_of_a_ratio_agrees_with_the_delta_method():
    rng = np.random.default_rng(0)
    ours, theirs = rng.normal(100.0, 10.0, 200), rng.normal(100.0, 10.0, 200)
    ratio, upper = bench.ratio_bound(ours, theirs)
    # the ratio of two means has the relative error sqrt(2) * 0.1 / sqrt(200) = 0.01
    assert ratio == ours.mean() / theirs.mean()
    assert upper - ratio == pytest.approx(1.645 * 0.01, rel=0.15)


def test_seeds_that_never_get_there_count_as_all_steps():
    whole = bench.STEPS["cartpole"]
    row = {"steps": [0, whole // 2, whole], "fitness": [0.0, 200.0, 400.0]}
    never = {"steps": [0, whole // 2, whole], "fitness": [0.0, 0.0, 0.0]}
    facts = {
        "levels": {"cartpole": 150.0},
        "ours": {"cartpole": {"0": row, "1": never}},
        "sb3": {"cartpole": {"0": row}},
    }
    found = bench.compare(facts, "cartpole")
    assert found["ours"] == [whole // 2, whole]
    assert (found["ours_never"], found["sb3_never"]) == (1, 0)
    assert found["ratio"] == 1.5
    assert bench.verdict(found) == "no"
