"""The bench on a real environment, for a moment."""

import json

import msgspec
import pytest

from rewardsmith import load_environment
from rewardsmith.bench import PHASES, BenchPlan, Range, bench, bench_reward
from rewardsmith.cli import main
from rewardsmith.cli.benching import table
from rewardsmith.errors import UsageError
from rewardsmith.language import parse_reward
from rewardsmith.workshop import Workshop


@pytest.fixture(scope="module")
def result():
    plan = BenchPlan(members=2, seconds=0.2, rounds=2, steps=10_000, seeds=3)
    with Workshop(workers=2) as workshop:
        return bench(load_environment("cartpole"), plan, workshop=workshop)


def test_training_is_slower_than_simulation_alone(result):
    assert 0 < result.training.median < result.simulation.median
    assert 0 < result.ratio.low <= result.ratio.median <= result.ratio.high < 1
    assert result.workers == 2


def test_the_phases_share_the_whole_time(result):
    assert tuple(result.phases) == PHASES
    medians = {name: part.median for name, part in result.phases.items()}
    assert all(share > 0 for share in medians.values())
    # of two rounds the median is the mean, and means of shares add up to one
    assert sum(medians.values()) == pytest.approx(1.0)


def test_candidates_an_hour_follow_from_steps_and_seeds(result):
    assert result.candidates_per_hour.low == pytest.approx(3600 * result.training.low / 30_000)


def test_a_reward_process_costs_more_than_no_process(result):
    call = result.reward_call
    assert call.rows == 512
    assert call.here.median < call.process.median


def test_a_range_is_the_median_between_its_ends():
    assert Range.of([3.0, 1.0, 8.0]) == Range(median=3.0, low=1.0, high=8.0)


@pytest.mark.parametrize("name", ["cartpole", "half-cheetah"])
def test_the_reward_of_the_bench_is_in_the_reward_language(name):
    environment = load_environment(name)
    with Workshop() as workshop:
        source = bench_reward(environment, workshop.bank(environment))
    assert len(parse_reward(source).parameters) == 3


@pytest.mark.parametrize("change", [{"members": 0}, {"rounds": 0}, {"seconds": 0.0}])
def test_a_plan_that_measures_nothing_is_refused(change):
    with pytest.raises(UsageError, match="above 0"):
        bench(load_environment("cartpole"), msgspec.structs.replace(BenchPlan(), **change))


def test_the_command_prints_one_object_with_json(capsys):
    words = ["bench", "-e", "cartpole", "--members", "1", "--rounds", "1", "--seconds", "0.1"]
    assert main([*words, "--workers", "1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == 1
    assert set(told) >= {"machine", "simulation", "training", "phases", "candidates_per_hour"}


def test_people_get_a_table(result):
    shown = table(result)
    assert "simulation alone, steps/s" in shown
    assert "2 members in 2 processes, 2 rounds of 0.2 s" in shown
