"""Where candidates are trained: the executor that the settings choose."""

import pytest
import searches

from rewardsmith import evolve, load_environment, open_run
from rewardsmith.cli.options import collect
from rewardsmith.cluster import ClusterExecutor
from rewardsmith.config import Config
from rewardsmith.errors import UsageError
from rewardsmith.workshop import Workshop


def test_an_unknown_executor_and_settings_of_another_are_refused():
    with Workshop(executor="slurn") as workshop, pytest.raises(UsageError, match="mean slurm"):
        _ = workshop.executor
    with (
        Workshop(executor_settings={"gpus": 1}) as workshop,
        pytest.raises(UsageError, match="local executor has no setting 'gpus'"),
    ):
        _ = workshop.executor


def test_the_settings_choose_the_executor_and_how_many_shards_run(tmp_path):
    settings = {"cluster": "debug", "folder": str(tmp_path)}
    config = Config(executor="slurm", executor_settings=settings, workers=5)
    with Workshop.of(config) as workshop:
        assert isinstance(workshop.executor, ClusterExecutor)
        assert workshop.executor.workers == 5


def test_settings_of_the_executor_are_typed_one_by_one():
    typed = {"executor_settings": ["gpus=0.25", "address=auto"]}
    assert collect(typed) == {"executor_settings": {"gpus": 0.25, "address": "auto"}}
    with pytest.raises(UsageError, match=r"--executor-set 'gpus': expected KEY=VALUE.*gpus=0\.25"):
        collect({"executor_settings": ["gpus"]})


@pytest.mark.long
def test_a_search_on_another_executor_finds_the_same(tmp_path):
    archives = []
    for name, settings in (
        ("local", {}),
        ("slurm", {"cluster": "local", "folder": str(tmp_path / "jobs")}),
    ):
        config = searches.tiny(
            generations=1, steps=512, executor=name, executor_settings=settings, workers=2
        )
        list(evolve(load_environment("cartpole"), config, run=tmp_path / name))
        archives.append(open_run(tmp_path / name).archive.canonical())
    assert archives[0] == archives[1]
