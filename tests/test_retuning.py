"""The operator retune: a parent's numbers, raced in short trainings, without a model."""

import shutil

import pytest
import searches

from rewardsmith import evolve, load_environment, open_run
from rewardsmith.proposers.composer import tree_form
from rewardsmith.search.retuning import raced
from rewardsmith.store import EVENTS

TREE = {
    "terms": [
        {
            "weight": -2.0,
            "shapes": [{"kind": "target", "signal": "x", "target": 0.5, "width": 0.2}],
        },
        {"weight": 1.0, "shapes": [{"kind": "linear", "signal": "y", "target": 0.0, "width": 4.0}]},
    ]
}


@pytest.mark.parametrize(
    ("fitness", "winner"),
    [
        # Variances 0.5, 0.5, 0: a mean of 1/3, and with two seeds an error of its root, 0.58.
        ([(1.0, 2.0), (1.5, 2.5), (0.0, 0.0)], 0),
        ([(1.0, 2.0), (1.6, 2.6), (0.0, 0.0)], 1),
        ([(1.0, 2.0), (3.0, 4.0), (5.0, 6.0)], 2),
        ([(1.0, 1.0), (1.0, 1.0)], 0),
        ([(1.0,), (9.0,)], 0),
        ([(), (3.0, 4.0), (5.0, 5.0)], 2),
        ([(1.0, 2.0), ()], 0),
        ([()], 0),
    ],
)
def test_the_best_fit_wins_a_race_unless_it_is_beaten_by_more_than_an_error(fitness, winner):
    assert raced(fitness) == winner


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
    raced_ = [k for k, e in enumerate(events, 1) if getattr(e, "job", "") == "g01-retune"]
    assert raced_
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    lines = (folder / EVENTS).read_bytes().splitlines(keepends=True)
    (copy / EVENTS).write_bytes(b"".join(lines[: raced_[1]]))
    list(evolve(None, run=copy))
    assert open_run(copy).archive.canonical() == archive.canonical()
