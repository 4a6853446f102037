"""The winner of a search under a second trainer: settings, and a real run with its card."""

import pytest
import searches

from rewardsmith import evolve, load_environment, open_run
from rewardsmith.backends import ActionSpace
from rewardsmith.cli.tables import comparison_table
from rewardsmith.config import Config
from rewardsmith.errors import UsageError
from rewardsmith.plan import training_seeds
from rewardsmith.search import require_settings
from rewardsmith.search.settings import require_actions
from rewardsmith.training.algorithms import ACTIONS, require_algorithm
from rewardsmith.training.sb3_settings import ALGORITHMS

DISCRETE, BOX = ActionSpace(count=2), ActionSpace(shape=(1,), low=(-1.0,), high=(1.0,))


def test_the_algorithms_known_beforehand_are_those_of_the_trainer():
    assert set(ACTIONS) == set(ALGORITHMS)


def test_an_algorithm_that_cannot_act_is_refused_with_those_that_can():
    require_algorithm("sac", BOX)
    with pytest.raises(UsageError, match=r"sac cannot choose discrete.*: a2c, dqn, ppo"):
        require_algorithm("sac", DISCRETE)
    with pytest.raises(UsageError, match="did you mean td3"):
        require_algorithm("td4")


def test_a_run_that_would_end_in_a_refusal_does_not_begin():
    cartpole = load_environment("cartpole")
    with pytest.raises(UsageError, match="trainer of the run already"):
        require_settings(cartpole, Config(trainer="sb3", confirm_with="sb3"))
    with pytest.raises(UsageError, match="unknown trainer 'sb4'; did you mean sb3"):
        require_settings(cartpole, Config(confirm_with="sb4"))
    with pytest.raises(UsageError, match="unknown algorithm"):
        require_settings(cartpole, Config(confirm_with="sb3", algo="trpo"))
    with pytest.raises(UsageError, match="discrete"):
        require_actions(Config(confirm_with="sb3", algo="td3"), DISCRETE)
    require_actions(Config(algo="td3"), DISCRETE)


def test_the_second_trainer_takes_the_reports_seeds():
    config = Config(report_seeds=3, seed=2)
    assert training_seeds(config, "second_trainer") == training_seeds(config, "report")


def test_the_winner_stands_on_the_card_and_in_the_table_under_both_trainers(tmp_path):
    config = searches.tiny(
        generations=1, candidates=1, finalists=1, report_seeds=1, steps=512, confirm_with="sb3"
    )
    events = list(evolve(load_environment("cartpole"), config, run=tmp_path / "run"))
    run = open_run(tmp_path / "run")
    best = run.archive.finished.best
    second = run.archive.results[best, "second_trainer"]
    ours = run.archive.results[best, "report"]
    assert [m.seed for m in second.members] == [m.seed for m in ours.members]
    assert second.failure is None
    assert (tmp_path / "run" / "second_trainer" / second.members[0].policy).is_file()
    card = (tmp_path / "run" / "card.md").read_text()
    assert f"| {best}, trained by sb3 (ppo) | {second.fitness[0]:.4g} |" in card
    assert "with that trainer's own defaults, on the same seeds" in card
    assert f"{best}, trained by sb3 (ppo)" in comparison_table(run)
    assert len(events) > 0
