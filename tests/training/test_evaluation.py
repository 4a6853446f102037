"""Episodes of the trained members: how many, and those that are recorded on the way."""

import numpy as np
import pytest
from shard_training import assert_same, make_job, run

from rewardsmith.analyzer import load_earlier
from rewardsmith.records import TrainResult
from rewardsmith.training import training
from rewardsmith.training.evaluation import environments_for


@pytest.mark.parametrize(
    ("episodes", "expected"), [(1, 1), (6, 6), (20, 20), (30, 15), (100, 20), (23, 1)]
)
def test_every_environment_contributes_the_same_number_of_episodes(episodes, expected):
    assert environments_for(episodes) == expected


def rows_of(folder, name):
    with np.load(folder / f"trajectories/{name}.npz") as saved:
        return {key: saved[key] for key in saved.files}


def test_a_training_without_checkpoints_records_an_episode_in_its_middle(tmp_path):
    """16 blocks of 32 steps: no room for two parts; a sixteenth are 32 steps of one episode."""
    results, _ = run(make_job(tmp_path, steps=2048), [(0, 3), (1, 3)])
    for kind in ("human", "fitness"):
        result = results[kind, 3]
        assert result.checkpoint_steps == ()
        assert result.sampled_steps == 1024
        sample, last = rows_of(tmp_path, f"{kind}-3-at-1024"), rows_of(tmp_path, f"{kind}-3")
        assert set(sample) == set(last)
        assert list(sample["episode"]) == [0] * len(sample["episode"])
        assert list(sample["episode_step"]) == list(range(len(sample["episode"])))
        ended = sample["terminated"][-1] or sample["truncated"][-1]
        assert ended or len(sample["episode"]) == 32
        assert not sample["terminated"][:-1].any()
        assert set(sample["simulator_seed"].tolist()) != {-1}


def test_the_sample_changes_nothing_in_training_and_is_the_same_in_any_stack(tmp_path, monkeypatch):
    members = [(0, 3), (1, 3), (0, 4)]
    together = run(make_job(tmp_path / "stack", steps=2048), members)
    alone = run(make_job(tmp_path / "alone", steps=2048), members[2:])
    assert_same(alone, together, ("human", 4))
    one, other = (rows_of(tmp_path / f, "human-4-at-1024") for f in ("alone", "stack"))
    for name, column in one.items():
        np.testing.assert_array_equal(column, other[name], err_msg=name)
    monkeypatch.setattr(training, "sample_members", lambda *_: None)
    without = run(make_job(tmp_path / "without", steps=2048), members[2:])
    assert without[0]["human", 4].sampled_steps is None
    assert without[0]["human", 4].episodes == alone[0]["human", 4].episodes
    for name, column in without[1]["human", 4].items():
        np.testing.assert_array_equal(column, alone[1]["human", 4][name], err_msg=name)


def test_a_training_of_one_block_has_no_middle_and_one_with_checkpoints_needs_no_sample(tmp_path):
    results, _ = run(make_job(tmp_path, steps=128), [(0, 3)])
    assert results["human", 3].sampled_steps is None
    results, _ = run(make_job(tmp_path / "long", steps=8192, parts=2), [(0, 3)])
    assert results["human", 3].checkpoint_steps == (4096,)
    assert results["human", 3].sampled_steps is None


def test_the_sample_is_read_with_what_was_recorded_at_checkpoints(tmp_path):
    results, _ = run(make_job(tmp_path, steps=2048), [(0, 3)])
    result = TrainResult(reward="human", purpose="", members=(results["human", 3],))
    earlier = load_earlier(tmp_path, result)
    assert list(earlier) == [(3, 1024)]
    assert not {"simulator", "simulator_seed"} & set(earlier[3, 1024])
