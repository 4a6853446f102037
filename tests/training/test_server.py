"""The trainer server with the real trainer, the real simulators and real reward processes."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import msgspec
import numpy as np
import pytest

from rewardsmith.environments import load_environment
from rewardsmith.errors import EnvironmentUnavailable, TrainerFailed
from rewardsmith.executor import TrainerServer
from rewardsmith.records import TrainJob, TrainProgress, TrainResult, TrainReward
from rewardsmith.sandbox import RewardServer

UPRIGHT = """
def compute_reward(pole_angle, cart_position):
    upright = 1.0 - np.abs(pole_angle) / 0.2095
    centre = -0.1 * np.abs(cart_position)
    return upright + centre, {"upright": upright, "centre": centre}
"""
BROKEN = """
def compute_reward(obs):
    return obs[:, 99], {}
"""
SETTINGS = {"environments": 4, "rollout": 64, "minibatch": 64, "epochs": 2}


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    log = tmp_path_factory.mktemp("server") / "trainer.log"
    with RewardServer.start() as rewards, TrainerServer.start(rewards, workers=2, log=log) as t:
        yield t


def job(folder, *, steps=8 * 256, **more):
    rewards = (
        TrainReward(id="up", source=UPRIGHT),
        TrainReward(id="up2", source=UPRIGHT.replace("0.1", "0.2")),
        TrainReward(id="human", kind="human"),
    )
    settings = {"rewards": rewards, "seeds": (5, 6), "settings": SETTINGS, **more}
    return TrainJob(
        id="g00",
        environment=load_environment("cartpole").specification,
        steps=steps,
        folder=str(folder),
        evaluation_episodes=4,
        **settings,
    )


def results(records):
    return {r.reward: r for r in records if isinstance(r, TrainResult)}


def children(pid):
    """The process ids of the workers."""
    lists = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in lists.split()]


def test_every_reward_is_trained_with_every_seed(servers, tmp_path):
    records = list(servers.train(job(tmp_path)))
    trained = results(records)
    assert set(trained) == {"up", "up2", "human"}
    assert any(isinstance(r, TrainProgress) for r in records)
    for result in trained.values():
        assert result.failure is None
        assert [m.seed for m in result.members] == [5, 6]
        for member in result.members:
            assert len(member.episodes) == 4
            assert member.fitness == pytest.approx(np.mean([e.fitness for e in member.episodes]))
            assert (tmp_path / member.policy).exists()
            assert (tmp_path / member.trajectories).exists()


def test_the_results_do_not_depend_on_the_number_of_workers(servers, tmp_path):
    two = results(servers.train(job(tmp_path / "two")))
    servers.workers = 1
    one = results(servers.train(job(tmp_path / "one")))
    servers.workers = 2
    assert one == two
    for name in ("policies/up-5.npz", "policies/human-6.npz"):
        with np.load(tmp_path / "one" / name) as a, np.load(tmp_path / "two" / name) as b:
            for key in a.files:
                np.testing.assert_array_equal(a[key], b[key])


def test_a_worker_that_is_killed_in_training_changes_nothing(servers, tmp_path):
    undisturbed = results(servers.train(job(tmp_path / "calm", steps=40 * 256)))
    records = []
    for record in servers.train(job(tmp_path / "storm", steps=40 * 256)):
        if not records:
            victims = children(servers.pid)
            os.kill(victims[0], signal.SIGKILL)
        records.append(record)
    assert len(victims) == 2
    # Two workers had three members each; what the dead one had was shared out again.
    assert {r.members for r in records if isinstance(r, TrainProgress)} > {3}
    assert results(records) == undisturbed


def test_a_training_goes_on_from_its_checkpoints_when_the_whole_server_was_killed(
    servers, tmp_path
):
    rewards = (TrainReward(id="up", source=UPRIGHT), TrainReward(id="human", kind="human"))
    settings = {**SETTINGS, "parts": 8}
    more = {"rewards": rewards, "steps": 160 * 256, "settings": settings}
    undisturbed = results(servers.train(job(tmp_path / "calm", **more)))
    assert not (tmp_path / "calm" / "checkpoints").exists()
    asked, written = job(tmp_path / "storm", **more), tmp_path / "storm" / "checkpoints"
    with RewardServer.start() as code, TrainerServer.start(code, workers=2) as server:
        running = server.train(asked)
        while next(running):
            if len(list(written.glob("[a-z]*.npz"))) == 4:
                break
        os.kill(server.pid, signal.SIGKILL)
        with pytest.raises(TrainerFailed):
            list(running)
    records = list(servers.train(asked))
    assert min(r.steps for r in records if isinstance(r, TrainProgress)) > 20 * 256
    assert results(records) == undisturbed
    assert not written.exists()


def test_a_reward_that_fails_is_its_own_result_and_the_others_go_on(servers, tmp_path):
    rewards = (TrainReward(id="up", source=UPRIGHT), TrainReward(id="broken", source=BROKEN))
    trained = results(servers.train(job(tmp_path, rewards=rewards)))
    assert trained["up"].failure is None
    assert "IndexError" in trained["broken"].failure
    assert trained["broken"].fitness == ()


def test_an_environment_that_does_not_start_is_raised_with_its_own_message(servers, tmp_path):
    source = """
from rewardsmith.environments import Environment, Task
environment = Environment(
    backends={"gymnasium": "NoSuchRobot-v1"},
    signals=(),
    tasks=(Task("move", "Move.", fitness=lambda s: s.obs[..., 0]),),
)
"""
    asked = msgspec.structs.replace(
        job(tmp_path, rewards=(TrainReward(id="fitness", kind="fitness"),)),
        environment={"name": "mine", "source": source},
    )
    with pytest.raises(EnvironmentUnavailable, match="NoSuchRobot"):
        list(servers.train(asked))
    with pytest.raises(EnvironmentUnavailable, match="NoSuchRobot"):
        servers.record_bank(asked.environment, 0, tmp_path / "bank.npz")
    assert children(servers.pid) == []


def test_a_worker_has_one_thread_when_it_is_forked(servers):
    assert servers.call("rewardsmith.training.server:thread_count") == 1


SIMULATOR = """
import os, signal
import gymnasium
import numpy as np
from rewardsmith.environments import Environment, Task

class Arm(gymnasium.Env):
    observation_space = gymnasium.spaces.Box(-1, 1, (2,))
    action_space = gymnasium.spaces.Discrete(2)
    def reset(self, **_):
        return np.zeros(2, np.float32), {{}}
    def step(self, action):
        {fault}
        return np.zeros(2, np.float32), 0.0, True, False, {{}}

gymnasium.register("Arm-v0", entry_point=Arm)
environment = Environment(
    backends={{"gymnasium": "Arm-v0"}},
    signals=(),
    tasks=(Task("hold", "Hold.", fitness=lambda s: s.obs[..., 0]),),
)
"""


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("os._exit(0)", r"ended the training process \(exit status 0\)"),
        ("os._exit(7)", r"ended the training process \(exit status 7\)"),
        ("raise SystemExit(3)", "ended the training process"),
        ("os.abort()", "seems to crash: .*SIGABRT"),
        ("signal.pause()", "hangs: no sign of life for 3 s"),
    ],
)
def test_a_simulator_that_ends_or_hangs_is_the_environments_fault(servers, tmp_path, fault, said):
    own = {"name": "arm", "source": SIMULATOR.format(fault=fault)}
    rewards = (TrainReward(id="up", source="def compute_reward(obs):\n    return obs[:, 0], {}"),)
    asked = msgspec.structs.replace(job(tmp_path, rewards=rewards), environment=own)
    before, servers.patience = servers.patience, 3.0
    try:
        with pytest.raises(
            EnvironmentUnavailable, match=f"environment 'arm': its simulator {said}"
        ):
            list(servers.train(asked))
        with pytest.raises(
            EnvironmentUnavailable, match=f"environment 'arm': its simulator {said}"
        ):
            servers.record_bank(own, 0, tmp_path / "bank.npz")
    finally:
        servers.patience = before
    assert children(servers.pid) == []
