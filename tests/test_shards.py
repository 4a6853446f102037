"""Sharing a job's members out among workers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardsmith.environments import load_environment
from rewardsmith.records import TrainJob, TrainReward
from rewardsmith.shards import DEATHS, Shards, split_members, workers_for

jobs = st.tuples(
    st.integers(0, 12), st.lists(st.integers(0, 99), unique=True, max_size=6), st.integers(1, 9)
)


@given(jobs)
def test_every_member_is_in_one_shard_and_shards_are_balanced(asked):
    rewards, seeds, workers = asked
    shards = split_members(rewards, seeds, workers)
    members = [member for shard in shards for member in shard]
    assert sorted(members) == sorted((r, s) for r in range(rewards) for s in seeds)
    sizes = [len(shard) for shard in shards]
    assert len(sizes) == min(workers, len(members))
    assert not sizes or (max(sizes) - min(sizes) <= 1 and min(sizes) >= 1)


@given(jobs)
def test_a_reward_needs_a_second_process_only_at_a_border(asked):
    shards = split_members(*asked)
    processes = sum(len({reward for reward, _ in shard}) for shard in shards)
    rewards = len({reward for shard in shards for reward, _ in shard})
    assert processes <= rewards + max(len(shards) - 1, 0)


def test_eight_candidates_on_two_workers_are_not_split():
    first, second = split_members(8, (0, 1, 2), 2)
    assert {reward for reward, _ in first} == {0, 1, 2, 3}
    assert {reward for reward, _ in second} == {4, 5, 6, 7}


def test_a_dead_shard_comes_back_in_halves():
    shards = Shards([])
    assert shards.died([(0, 1), (0, 2), (1, 1)]) is None
    assert shards.waiting == [((0, 1),), ((0, 2), (1, 1))]


def test_a_lone_member_is_given_up_at_its_second_death():
    shards = Shards([])
    assert shards.died([(0, 1)]) is None
    assert shards.take() == ((0, 1),)
    assert DEATHS == 2
    assert shards.died([(0, 1)]) == (0, 1)
    assert shards.take() is None


@given(jobs, st.sets(st.tuples(st.integers(0, 11), st.integers(0, 99)), max_size=3))
def test_only_the_poisonous_are_given_up(asked, poison):
    """Whatever the stack, halving ends with each poisonous member given up and the rest trained."""
    shards = Shards(list(split_members(*asked)))
    trained, given_up = set(), set()
    while (shard := shards.take()) is not None:
        healthy = next((i for i, m in enumerate(shard) if m in poison), len(shard))
        trained |= set(shard[:healthy])
        if healthy < len(shard) and (lost := shards.died(shard[healthy:])):
            given_up.add(lost)
    members = {(r, s) for r in range(asked[0]) for s in asked[1]}
    assert given_up == members & poison
    assert trained == members - poison


@pytest.mark.parametrize(
    ("backend", "settings", "gpus", "workers"),
    [
        ("playground", {}, 0, 16),
        ("playground", {}, 1, 1),
        ("playground", {"device": "cuda"}, 4, 4),
        ("playground", {"device": "host"}, 1, 16),
        ("playground", {"trainer": "sb3"}, 1, 16),
        ("playground", {"trainer": "rewardsmith.bench.shards:train_shard"}, 1, 1),
        ("envpool", {}, 1, 16),
    ],
)
def test_a_gpu_that_simulates_and_trains_has_one_worker(backend, settings, gpus, workers):
    environment = load_environment("pendulum-swingup", backend=backend)
    job = TrainJob(
        id="j",
        environment=environment.specification,
        rewards=(TrainReward(id="human", kind="human"),),
        seeds=(0,),
        steps=1,
        folder="",
        settings=settings,
    )
    assert workers_for(job, 16, gpus) == workers
