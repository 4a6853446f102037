"""The operator retune: a parent's numbers, raced in short trainings, without a model."""

import dataclasses
import shutil

import numpy as np
import pytest
import searches

from rewardsmith import evolve, load_environment, open_run
from rewardsmith.bank import Bank
from rewardsmith.config import Config
from rewardsmith.environments import Task
from rewardsmith.proposers.composer import tree_form
from rewardsmith.records import MemberResult, TrainResult
from rewardsmith.sandbox import RewardServer
from rewardsmith.search.retuning import (
    PART,
    ROUNDS,
    family_size,
    standing_of,
    winner_of,
)
from rewardsmith.search.seeing import evidence_of
from rewardsmith.search.settings import trainer_discount
from rewardsmith.store import EVENTS
from rewardsmith.tuning import Evidence

TREE = {
    "terms": [
        {
            "weight": -2.0,
            "shapes": [{"kind": "target", "signal": "x", "target": 0.5, "width": 0.2}],
        },
        {"weight": 1.0, "shapes": [{"kind": "linear", "signal": "y", "target": 0.0, "width": 4.0}]},
    ]
}


def short(curve, *fitness, failure=None):
    """A variant's training with one seed for each fitness."""
    members = tuple(
        MemberResult(
            reward="v", seed=seed, steps=100, fitness=value, curve_fitness=curve, failure=failure
        )
        for seed, value in enumerate(fitness)
    )
    return TrainResult(reward="v", purpose="retune", members=members)


def test_a_race_is_won_by_the_last_evaluation_and_the_later_half_of_training():
    curve = (9.0, 9.0, None, 2.0)
    # Half of 3 and half of the 2 with which the curve ends.
    assert standing_of(short(curve, 3.0)) == 2.5
    assert standing_of(short((), 3.0)) == 3.0
    assert standing_of(short(curve, 5.0, failure="NaN")) == float("-inf")


@pytest.fixture(scope="module")
def server():
    with RewardServer.start() as opened:
        yield opened


def test_a_race_is_won_by_who_stands_best_or_where_that_says_nothing_fits_best(server):
    """What is worth 0 to 4, in four episodes of a step."""
    known = Evidence({"x": np.arange(5.0)}, (1,) * 5, (0.0, 1.0, 2.0, 3.0, 4.0))
    sources = {
        sign: f"def compute_reward(x):\n    y = {sign}1.0 * x\n    return y, {{'y': y}}\n"
        for sign in ("-", "+")
    }
    for standing, winner in ((1.0, "+"), (1.5, "+"), (0.0, "+"), (-40.0, "-")):
        results = {"-": short((), 1.0), "+": short((), standing)}
        assert winner_of(sources, results, known, server) == winner
    assert winner_of(sources, {"-": short((), 1.0)}, known, server) == "-"


@pytest.mark.parametrize("seeds", [1, 2, 3, 8])
def test_the_races_of_all_rounds_cost_half_of_what_one_candidate_costs(seeds):
    assert ROUNDS * family_size(seeds) / PART == seeds / 2


def test_windows_are_compared_only_where_fitness_adds_up():
    saved = {
        "episode": np.zeros(2, dtype=int),
        "fitness": np.array([0.0, 1.0]),
        "x": np.array([1.0, 2.0]),
    }
    task = Task("t", "words", lambda s: s.x, reduce="sum")
    for reduce, known in (("sum", True), ("mean", True), ("max", False)):
        one = dataclasses.replace(task, reduce=reduce)
        found = evidence_of(Bank({"x": np.zeros(1)}), one, ("x",), [([saved], True)], 0.95)
        assert (found.steps is not None) == known
        # An end costs what would have followed where fitness is a sum, and only there.
        assert found.discount == (0.95 if reduce == "sum" else None)
        assert found.own == (True,)


def test_the_trainers_discount_is_the_tasks_or_the_runs_or_the_algorithms():
    cartpole = load_environment("cartpole")
    given = dataclasses.replace(cartpole.task, settings={"discount": 0.9})
    one = dataclasses.replace(cartpole, tasks=(given,))
    assert trainer_discount(one, Config()) == 0.9
    assert trainer_discount(one, Config(settings={"discount": 0.995})) == 0.995
    # Another trainer knows nothing of the task's settings.
    assert trainer_discount(one, Config(trainer="sb3")) == 0.99
    assert trainer_discount(one, Config(trainer="sb3", settings={"gamma": 0.98})) == 0.98


def test_a_composers_tree_keeps_its_form_and_its_signs():
    form = tree_form(TREE, {})
    # weight, target and width of the first term; the width of a linear one is in its weight
    assert form.numbers == (2.0, 0.5, 0.2, 1.0)
    source, data = form.render((3.0, 0.25, 0.1234567, 8.0))
    first, second = data["terms"]
    assert first["weight"] == -3.0
    assert first["shapes"][0]["width"] == 0.123
    assert second["weight"] == 8.0
    assert "0.25" in source
    assert tree_form(None, {}) is None


@pytest.mark.long
def test_a_search_retunes_and_one_that_was_killed_in_a_race_finds_the_same(tmp_path):
    config = searches.tiny(generations=2, candidates=6, retune=0.9, explore=0.0, crossover=0.0)
    folder = tmp_path / "run"
    events = list(evolve(load_environment("pendulum"), config, run=folder))
    archive = open_run(folder).archive
    tuned = [c for c in archive.candidates.values() if c.operator == "retune"]
    assert tuned
    assert all(c.tree is not None and c.source != c.parents[0] for c in tuned)
    lines = (folder / EVENTS).read_bytes().splitlines(keepends=True)
    for job in ("g01-retune", "g01-retune-2"):
        of_the_race = [k for k, e in enumerate(events, 1) if getattr(e, "job", "") == job]
        assert of_the_race
        copy = tmp_path / job
        shutil.copytree(folder, copy)
        (copy / EVENTS).write_bytes(b"".join(lines[: of_the_race[1]]))
        list(evolve(None, run=copy))
        assert open_run(copy).archive.canonical() == archive.canonical()
