"""Trainings on a device: those of the host but for rounding, cut and taken up alike."""

import numpy as np
import pytest
from mjx_rod import SOURCE, start_in
from shard_training import assert_same, run

from rewardsmith.environments import load_environment
from rewardsmith.errors import UsageError
from rewardsmith.records import MemberResult, TrainJob, TrainReward
from rewardsmith.sandbox import RewardServer
from rewardsmith.training.population import train_shard

SETTINGS = {"environments": 8, "rollout": 16, "minibatch": 64, "epochs": 2, "hidden": [16]}
ROWS = 8 * 16
LEAN = """
def compute_reward(lean, previous_lean, action, tip_height):
    change = np.abs(previous_lean) - np.abs(lean)
    effort = -0.1 * np.sum(action**2, axis=-1)
    return change + effort + tip_height, {"change": change, "effort": effort}
"""
LATE = """
def compute_reward(lean, episode_step):
    return np.where(episode_step > 4, np.nan, lean), {"lean": lean}
"""
REWARDS = (
    TrainReward(id="late", source=LATE),
    TrainReward(id="lean", source=LEAN),
    TrainReward(id="human", kind="human"),
)


@pytest.fixture(scope="module")
def server():
    with RewardServer.start() as server:
        yield server


@pytest.fixture
def rod(tmp_path, monkeypatch):
    return start_in(tmp_path, monkeypatch)


def job(rod, folder, device, blocks=4, **settings):
    return TrainJob(
        id="rod",
        environment=rod,
        rewards=REWARDS,
        seeds=(0, 1),
        steps=blocks * ROWS,
        folder=str(folder),
        settings=SETTINGS | {"device": device} | settings,
        evaluation_episodes=4,
    )


def test_a_training_on_a_device_is_that_of_the_host_but_for_rounding(rod, tmp_path, server):
    """With a candidate in its process, and one that fails on the way."""
    members = [(0, 0), (1, 0)]
    host, device = (
        run(job(rod, tmp_path / where, where), members, server) for where in ("host", "cpu")
    )
    assert set(host[0]) == set(device[0]) == {("late", 0), ("lean", 0)}
    for key, expected in host[0].items():
        found = device[0][key]
        assert found.steps == expected.steps
        if key[0] == "late":
            assert "not finite" in found.failure
            continue
        np.testing.assert_allclose(found.fitness, expected.fitness, rtol=1e-3)
        np.testing.assert_allclose(found.reward_scale, expected.reward_scale, rtol=1e-4)
        for left, right in zip(found.components, expected.components, strict=True):
            np.testing.assert_allclose(left.mean, right.mean, rtol=1e-3, atol=1e-5)
        for name, array in device[1][key].items():
            np.testing.assert_allclose(array, host[1][key][name], atol=2e-4, err_msg=name)


@pytest.mark.parametrize("device", ["host", "cpu"])
def test_a_training_that_is_taken_up_equals_an_uninterrupted_one(rod, tmp_path, device):
    members = [(2, 0), (2, 1)]
    whole = run(job(rod, tmp_path / "whole", device, blocks=8, parts=2), members)
    cut = job(rod, tmp_path / "cut", device, blocks=8, parts=2)
    records = train_shard(cut, members, None, clock=iter(range(10_000)).__next__)
    for record in records:
        assert not isinstance(record, MemberResult)
        if record.steps >= 4 * ROWS:
            break
    records.close()
    assert sorted(path.name for path in (tmp_path / "cut" / "checkpoints").glob("*")) == [
        "human-0.npz",
        "human-1.npz",
    ]
    again = run(cut, members)
    for key in whole[0]:
        assert_same(again, whole, key)
    assert whole[0]["human", 0].checkpoint_steps == (4 * ROWS,)
    if device == "host":
        # There a member is bitwise the same alone, too, and after its checkpoint was lost.
        alone = run(job(rod, tmp_path / "alone", device, blocks=8, parts=2), members[1:])
        assert_same(alone, whole, ("human", 1))


@pytest.mark.long
def test_a_fitness_that_only_the_host_can_compute_is_computed_there(rod, tmp_path):
    source = SOURCE.replace(
        "fitness=lambda s: np.cos(s.lean)",
        "fitness=lambda s: np.vectorize(lambda x: float(np.cos(x)))(np.asarray(s.lean))",
    )
    assert source != SOURCE
    other = rod | {"source": source}
    here, there = (
        run(job(r, tmp_path / name, "cpu"), [(2, 0), (2, 1)])
        for name, r in (("here", other), ("there", rod))
    )
    np.testing.assert_allclose(here[0]["human", 0].fitness, there[0]["human", 0].fitness, rtol=1e-4)


@pytest.mark.parametrize(
    ("environment", "device", "words"),
    [
        ("pendulum", "cpu", "device=cpu needs a backend .*not envpool; leave it at auto"),
        ("pendulum", "gpu", "Invalid enum value 'gpu'"),
    ],
)
def test_a_device_that_cannot_be_is_told(tmp_path, environment, device, words):
    wanted = job(load_environment(environment).specification, tmp_path, device)
    with pytest.raises(UsageError, match=words):
        run(wanted, [(2, 0)])
