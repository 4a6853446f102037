import os
import signal

import numpy as np
import pytest
import searches
from shard_training import UNTIL_LATER, UPRIGHT, assert_same, make_job, run

from rewardsmith.errors import SandboxUnavailable, TrainerFailed, UsageError
from rewardsmith.records import TrainJob, TrainProgress, TrainReward
from rewardsmith.sandbox import RewardServer
from rewardsmith.training import ppo, simulation, training
from rewardsmith.training.population import train_shard


@pytest.fixture(scope="module")
def server():
    with RewardServer.start() as server:
        yield server


@pytest.mark.parametrize(
    ("environment", "settings"),
    [
        ("cartpole", {}),
        ("mountain-car", {"environments": 5, "rollout": 48, "minibatch": 48}),
        ("pendulum", {"hidden": [64, 64]}),
        ("half-cheetah", {"hidden": [48]}),
    ],
)
def test_a_member_trains_bitwise_the_same_alone_and_in_stacks_of_three_and_five(
    tmp_path, environment, settings
):
    job = make_job(tmp_path, environment, **settings)
    members = [(number % 2, number // 2) for number in range(5)]
    five = run(job, members)
    three = run(job, members[1:4])
    for member in members[1:4]:
        key = job.rewards[member[0]].id, member[1]
        assert_same(three, five, key)
        assert_same(run(job, [member]), five, key)


def test_a_reward_that_fails_leaves_the_others_bitwise_the_same(tmp_path, server):
    rewards = (
        TrainReward(id="later", source=UNTIL_LATER),
        TrainReward(id="upright", source=UPRIGHT),
        TrainReward(id="human", kind="human"),
    )
    job = make_job(tmp_path, rewards=rewards, steps=6144)
    together = run(job, [(reward, seed) for reward in range(3) for seed in (1, 2)], server)
    assert set(together[1]) == {(name, seed) for name in ("upright", "human") for seed in (1, 2)}
    failed = together[0]["later", 1]
    assert 128 < failed.steps < 6144
    assert "not finite" in failed.failure
    assert failed.fitness is None
    assert_same(together, run(job, [(1, 2)], server), ("upright", 2))
    assert_same(together, run(job, [(2, 1), (2, 2)]), ("human", 1))


def test_a_source_that_does_not_parse_or_wants_an_unknown_signal_fails_with_words(tmp_path, server):
    rewards = (
        TrainReward(id="broken", source="def compute_reward(obs:"),
        TrainReward(id="unknown", source=UPRIGHT.replace("pole_angle", "pole_angel")),
        TrainReward(id="raises", source="def compute_reward(obs):\n    return obs[:, 9], {}\n"),
    )
    results, _ = run(make_job(tmp_path, rewards=rewards), [(0, 0), (1, 0), (2, 0)], server)
    assert "line 1" in results["broken", 0].failure
    assert "'pole_angel'; did you mean pole_angle" in results["unknown", 0].failure
    assert "out of bounds" in results["raises", 0].failure


def test_the_simulators_of_training_are_closed_once_and_before_those_of_evaluation_are_made(
    tmp_path, monkeypatch
):
    told = []
    make = simulation.make_backend

    def made(environment, seeds, **options):
        backend, number = make(environment, seeds, **options), len(seeds)
        close = backend.close
        told.append(number)
        monkeypatch.setattr(backend, "close", lambda: (told.append(-number), close()))
        return backend

    monkeypatch.setattr(simulation, "make_backend", made)
    run(make_job(tmp_path, environments=8), [(0, 1)])
    # Eight of training, one whose episode is kept in its middle, and four of evaluation.
    assert told == [8, 1, -1, -8, 4, -4]


def test_a_member_whose_weights_diverge_fails_alone(tmp_path, monkeypatch):
    job = make_job(tmp_path, steps=1024)
    step = ppo.Updater.update

    def update(self, parameters, *rest):
        step(self, parameters, *rest)
        if parameters.members == 3:
            parameters.arrays["bias0"][1, 0, 3] = np.nan

    monkeypatch.setattr(ppo.Updater, "update", update)
    results, arrays = run(job, [(0, 0), (0, 1), (0, 2)])
    assert results["human", 1].failure == training.DIVERGED
    assert results["human", 1].steps == 128
    monkeypatch.undo()
    assert_same((results, arrays), run(job, [(0, 2)]), ("human", 2))


def test_code_without_a_reward_server_is_refused(tmp_path):
    job = make_job(tmp_path, rewards=(TrainReward(id="upright", source=UPRIGHT),))
    with pytest.raises(TrainerFailed, match="no reward server"):
        run(job, [(0, 0)])


def test_an_unknown_setting_of_the_job_proposes_the_nearest(tmp_path):
    with pytest.raises(UsageError, match="did you mean learning_rate"):
        run(make_job(tmp_path, learning_rat=0.1), [(0, 0)])


def test_every_member_has_its_episodes_curves_and_files(tmp_path, server):
    rewards = (TrainReward(id="upright", source=UPRIGHT),)
    job = make_job(tmp_path, rewards=rewards, steps=2048)
    results, _ = run(job, [(0, 3), (0, 4)], server)
    for seed in (3, 4):
        result = results["upright", seed]
        assert result.failure is None
        assert result.steps == 2048
        assert len(result.episodes) == 4
        assert result.fitness == pytest.approx(np.mean([e.fitness for e in result.episodes]))
        assert all(e.simulator_return == e.length == e.fitness for e in result.episodes)
        assert [c.name for c in result.components] == ["upright", "change"]
        assert len(result.curve_steps) == len(result.components[0].mean) == 10
        assert result.reward_scale > 0
        with np.load(tmp_path / result.trajectories) as saved:
            total = saved["component.upright"] + saved["component.change"]
            np.testing.assert_allclose(saved["total"], total, atol=1e-12)
            lengths = np.bincount(saved["episode"])
            assert sorted(lengths) == sorted(e.length for e in result.episodes)
            assert {"pole_angle", "action", "terminated", "truncated"} <= set(saved.files)


def test_progress_is_told_with_recent_fitness_by_reward(tmp_path):
    ticks = iter(range(10_000))
    job = make_job(tmp_path, steps=2048)
    records = list(train_shard(job, [(0, 0), (1, 0)], None, worker=7, clock=lambda: next(ticks)))
    progress = [record for record in records if isinstance(record, TrainProgress)]
    assert [p.steps for p in progress] == list(range(128, 2049, 128))
    assert {(p.total, p.members, p.worker) for p in progress} == {(2048, 2, 7)}
    assert set(progress[-1].fitness) == {"human", "fitness"}
    assert all(value > 5 for value in progress[-1].fitness.values())


def test_pushing_towards_a_goal_is_learned_in_seconds(tmp_path):
    """Cart-pole with the defaults stands for most of the 500 steps after 20,000."""
    job = make_job(tmp_path, seeds=(0,), steps=20_000)
    job = TrainJob(
        **{name: getattr(job, name) for name in job.__struct_fields__} | {"settings": {}}
    )
    results, _ = run(job, [(0, 0), (0, 1)])
    assert min(result.fitness for result in results.values()) > 300


def test_a_reward_process_that_someone_else_killed_is_replaced_and_changes_nothing(tmp_path):
    rewards = (TrainReward(id="upright", source=UPRIGHT),)
    with RewardServer.start() as server:
        job = make_job(tmp_path, rewards=rewards, steps=6 * 128)
        calm = run(job, [(0, 1)], server)[0]["upright", 1]
        records = train_shard(job, [(0, 1)], server, clock=iter(range(10_000)).__next__)
        assert next(records).steps == 128
        (victim,) = searches.descendants(server._owned.process.pid)[-1:]
        os.kill(victim, signal.SIGKILL)
        assert list(records)[-1] == calm


def test_a_reward_server_that_is_gone_is_no_fault_of_a_reward(tmp_path):
    rewards = (TrainReward(id="upright", source=UPRIGHT),)
    with RewardServer.start() as server:
        job = make_job(tmp_path, rewards=rewards, steps=6 * 128)
        records = train_shard(job, [(0, 1)], server, clock=iter(range(10_000)).__next__)
        next(records)
        os.kill(server._owned.process.pid, signal.SIGKILL)
        with pytest.raises(SandboxUnavailable, match="reward server has ended"):
            list(records)
