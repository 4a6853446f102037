"""Trainings that are cut at a boundary and taken up again, with real simulators."""

import numpy as np
import pytest
from shard_training import UNTIL_LATER, UPRIGHT, assert_same, make_job, run

from rewardsmith.records import MemberResult, TrainReward
from rewardsmith.sandbox import RewardServer
from rewardsmith.store import checkpoint_path
from rewardsmith.training.boundaries import boundaries
from rewardsmith.training.population import train_shard

PENDULUM = {"hidden": [16], "environments": 2, "rollout": 128, "minibatch": 128, "epochs": 1}
PENDULUM |= {"parts": 3}
STEPS = 3 * 4 * 2 * 128
"""Three parts, four blocks of pendulum each: 512 steps of 200-step episodes."""


@pytest.fixture(scope="module")
def server():
    with RewardServer.start() as server:
        yield server


def pendulum(folder, **changes):
    return make_job(folder, "pendulum", **{"steps": STEPS, **PENDULUM, **changes})


def checkpoints(folder):
    return sorted(path.name for path in (folder / "checkpoints").glob("*"))


def cut(job, members, part):
    """Train until the checkpoints of a part are written, then stop without a word."""
    records = train_shard(job, members, None, clock=iter(range(10_000)).__next__)
    width = STEPS // 3
    for record in records:
        if record.steps >= part * width:
            assert not isinstance(record, MemberResult)
            break
    records.close()


def test_parts_are_nearly_equal_and_long_enough():
    assert boundaries(100, 4, 64, None) == (25, 50, 75)
    assert boundaries(39, 4, 64, 200) == (9, 19, 29)
    # Two episodes of 500 steps take 16 blocks of 64: 39 blocks have room for two such parts.
    assert boundaries(39, 4, 64, 500) == (19,)
    assert boundaries(7, 4, 64, None) == ()
    assert boundaries(100, 1, 64, None) == ()


@pytest.mark.parametrize("part", [1, 2])
def test_a_training_that_is_taken_up_at_a_boundary_equals_an_uninterrupted_one(tmp_path, part):
    members = [(0, 3), (1, 3), (0, 4)]
    whole = run(pendulum(tmp_path / "whole"), members)
    job = pendulum(tmp_path / "cut")
    cut(job, members, part)
    assert checkpoints(tmp_path / "cut") == ["fitness-3.npz", "human-3.npz", "human-4.npz"]
    again = run(job, members)
    assert set(again[0]) == set(whole[0])
    for key in whole[0]:
        assert_same(again, whole, key)
    assert whole[0]["human", 3].checkpoint_steps == (1024, 2048)


def test_a_member_that_is_taken_up_alone_equals_itself_in_a_stack_of_others(tmp_path):
    members = [(0, 3), (1, 3), (0, 4)]
    whole = run(pendulum(tmp_path / "whole"), members)
    job = pendulum(tmp_path / "cut")
    cut(job, members, 2)
    assert_same(run(job, members[1:2]), whole, ("fitness", 3))
    # The first stands at the second boundary, the last at its first step.
    checkpoint_path(tmp_path / "cut", "human", 4).unlink()
    mixed = run(job, [members[0], members[2]])
    assert_same(mixed, whole, ("human", 3))
    assert_same(mixed, whole, ("human", 4))


def test_those_who_stay_when_others_have_failed_are_taken_up_bitwise_the_same(tmp_path, server):
    rewards = (
        TrainReward(id="later", source=UNTIL_LATER),
        TrainReward(id="upright", source=UPRIGHT),
    )
    settings = {"rewards": rewards, "steps": 8_192, "parts": 2}
    members = [(0, 1), (1, 1), (1, 2)]
    alone = run(make_job(tmp_path / "alone", **settings), [(1, 2)], server)
    together = run(make_job(tmp_path / "stack", **settings), members, server)
    assert together[0]["later", 1].failure
    assert_same(together, alone, ("upright", 2))
    assert len(alone[0]["upright", 2].checkpoint_steps) == 1
    again = run(make_job(tmp_path / "stack", **settings), members, server)
    assert again[0] == together[0]


def torn(path):
    path.write_bytes(path.read_bytes()[:-300])


def garbled(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


def empty(path):
    path.write_bytes(b"")


def foreign(path):
    other = pendulum(path.parents[1], learning_rate=0.5)
    cut(other, [(0, 3)], 1)


def older(path):
    with np.load(path) as file:
        arrays = dict(file)
    arrays["header"] = np.array(str(arrays["header"]).replace("identity", "identify", 1))
    np.savez(path, **arrays)


@pytest.mark.parametrize("spoil", [torn, garbled, empty, foreign, older])
def test_a_file_that_is_no_checkpoint_of_this_training_is_ignored(tmp_path, spoil):
    job = pendulum(tmp_path / "whole")
    whole = run(job, [(0, 3)])
    spoiled = pendulum(tmp_path / "spoiled")
    cut(spoiled, [(0, 3)], 1)
    spoil(checkpoint_path(tmp_path / "spoiled", "human", 3))
    records = list(train_shard(spoiled, [(0, 3)], None, clock=iter(range(10_000)).__next__))
    assert records[0].steps == 256
    assert records[-1] == whole[0]["human", 3]


def test_the_evaluation_at_a_checkpoint_changes_nothing_in_training(tmp_path):
    few = run(pendulum(tmp_path / "few", checkpoint_episodes=1), [(0, 3)])
    many = run(pendulum(tmp_path / "many", checkpoint_episodes=7), [(0, 3)])
    for name, array in few[1]["human", 3].items():
        np.testing.assert_array_equal(array, many[1]["human", 3][name], err_msg=name)
    assert few[0]["human", 3].episodes == many[0]["human", 3].episodes
    assert few[0]["human", 3].checkpoint_return != many[0]["human", 3].checkpoint_return


def test_a_short_training_has_no_checkpoint(tmp_path):
    results, _ = run(make_job(tmp_path, steps=2048), [(0, 3)])
    assert results["human", 3].checkpoint_steps == ()
    assert checkpoints(tmp_path) == []


def test_each_checkpoint_is_told_by_fitness_return_and_two_episodes(tmp_path, server):
    source = UPRIGHT.replace("pole_angle", "angle")
    rewards = (TrainReward(id="upright", source=source),)
    results, _ = run(pendulum(tmp_path, rewards=rewards), [(0, 3)], server)
    result = results["upright", 3]
    assert len(result.checkpoint_fitness) == len(result.checkpoint_return) == 2
    assert all(0.0 <= fitness <= 1.0 for fitness in result.checkpoint_fitness)
    with np.load(tmp_path / result.trajectories) as last:
        names = set(last.files)
    for steps in result.checkpoint_steps:
        with np.load(tmp_path / f"trajectories/upright-3-at-{steps}.npz") as saved:
            assert set(saved.files) == names
            assert np.bincount(saved["episode"]).tolist() == [200, 200]
