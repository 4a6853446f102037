"""A search in which nothing gets better: its strategy changes, and then it ends."""

import pytest
import searches

from rewardsmith import evolve, load_environment, open_run, records
from rewardsmith.observers.lines import sentence
from rewardsmith.report import render_card
from rewardsmith.workshop import Workshop

EARLY = {
    "generations": 6,
    "candidates": 4,
    "plateau": 1,
    "plateau_stop": 2,
    "retune": 0.0,
    "elites": 0,
    "finalists": 1,
    "racing": "off",
}


class Played:
    """An executor that trains nothing: the first candidates are the best there ever will be."""

    workers = 1

    def train(self, job):
        for reward in job.rewards:
            fitness = 5.0 if reward.id.startswith("g00") else 1.0
            members = tuple(
                records.MemberResult(reward=reward.id, seed=seed, steps=job.steps, fitness=fitness)
                for seed in job.seeds
            )
            yield records.TrainResult(reward=reward.id, purpose=job.purpose, members=members)


@pytest.fixture
def played(monkeypatch):
    monkeypatch.setattr(Workshop, "executor", Played())


def test_where_nothing_gets_better_the_strategy_changes_before_the_search_ends(played, tmp_path):
    environment, folder = load_environment("cartpole"), tmp_path / "run"
    events = list(evolve(environment, searches.tiny(**EARLY), run=folder))
    began = [event for event in events if isinstance(event, records.GenerationStarted)]
    assert [event.plateau for event in began] == [0, 0, 1]
    assert [event.temperature for event in began] == pytest.approx([1.0, 1.0, 1.3])
    assert [event.shares["initial"] for event in began] == [1.0, 0.25, 0.5]
    archive = open_run(folder).archive
    fresh = [c for c in archive.candidates.values() if c.operator == "initial"]
    assert [sum(c.generation == g for c in fresh) for g in range(3)] == [4, 1, 2]
    assert archive.finished is not None
    assert archive.finished.best.startswith("g00")
    card = render_card(archive, environment)
    assert "ended early, of 6 generations: 2 in a row brought nothing better" in card
    assert sentence(began[2], archive).endswith(
        "the strategy changes, temperature 1.3, because the last one brought nothing better"
    )
