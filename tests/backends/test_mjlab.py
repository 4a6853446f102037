"""mjlab's own cart-pole on its CPU mode, where mjlab is installed: in an environment of its own.

mjlab 1.6 needs another MuJoCo than ours (3.11), so it is no dependency:
`python -m venv X; X/bin/pip install mjlab torch==2.13.0 rewardsmith pytest` and run this file with
`-m long`.  All passed with mjlab 1.6.0, MuJoCo 3.11.0 and Warp 1.19.0 on two cores without
a GPU (2026-11-22); Warp took half a minute of a core to compile its kernels.
"""

import importlib.util

import numpy as np
import pytest
import torch
from shard_training import run

from rewardsmith import TensorEnvironment
from rewardsmith.backends import make_backend
from rewardsmith.environments import load_environment
from rewardsmith.records import TrainJob, TrainReward

pytestmark = [
    pytest.mark.long,
    pytest.mark.filterwarnings("ignore"),  # of mjlab's and Warp's own
    pytest.mark.skipif(
        importlib.util.find_spec("mjlab") is None,
        reason="mjlab is not installed: it needs another MuJoCo, so an environment of its own",
    ),
]
LIMIT = 10
SOURCE = '''"""Cart-pole of mjlab."""

from rewardsmith.environments import Environment, Signal, Task, TensorSimulator


def make(identifier, num_envs, seed, record, **options):
    from mjlab.envs import ManagerBasedRlEnv
    from mjlab.managers.reward_manager import RewardTermCfg
    from mjlab.tasks.registry import load_env_cfg

    settings = load_env_cfg(identifier)
    settings.scene.num_envs = num_envs
    settings.seed = seed
    settings.episode_length_s = options["seconds"]
    settings.observations["actor"].enable_corruption = False
    settings.rewards["record"] = RewardTermCfg(func=record, weight=1.0)
    return ManagerBasedRlEnv(settings, device="cpu")


environment = Environment(
    backends={"mjlab": "Mjlab-Cartpole-Balance"},
    simulator=TensorSimulator(
        make, {"joints": lambda e: e.scene["cartpole"].data.joint_pos}
    ),
    signals=(
        Signal("pole_angle", "rad", "angle of the pole", lambda t: t.info["joints"][..., 1]),
        Signal("cart_position", "m", "of the cart", lambda t: t.info["joints"][..., 0]),
    ),
    tasks=(
        Task("balance", "Keep the pole up.", fitness=lambda s: (abs(s.pole_angle) < 0.2) * 1.0,
             reduce="mean", human_reward=lambda s: s.simulator_reward,
             options={"seconds": 0.5}),
    ),
)
'''


@pytest.fixture
def environment(tmp_path, monkeypatch):
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "mjlab-cartpole.py").write_text(SOURCE)
    monkeypatch.chdir(tmp_path)
    return load_environment("mjlab-cartpole")


def test_mjlabs_scene_is_read_before_it_is_reset(environment):
    simulator = make_backend(environment, [1, 2, 3])
    obs = simulator.reset()
    assert (obs.shape, simulator.time_limit) == ((3, 5), LIMIT)
    before = np.zeros(3)
    for step in range(3 * LIMIT):
        result = simulator.step(np.ones((3, 1)))
        # mjlab has reset in the last step; the row that tells so is the next episode's first.
        ends, begins = step % LIMIT == LIMIT - 1, step > 0 and step % LIMIT == 0
        assert result.truncated.tolist() == [ends] * 3
        assert result.valid.tolist() == [not begins] * 3
        assert not result.terminated.any()
        if begins:
            # It begins within 0.034 rad of upright.
            assert np.abs(np.arcsin(result.obs[:, 2])).max() < 0.2
            continue
        # cart, cos and sin of the pole, velocities: the last of an episode as any other
        joints = result.info["joints"]
        if step % LIMIT > 1:
            assert (joints[:, 0] > before + 0.02).all()  # pushed to the right all the time
        before = joints[:, 0]
        np.testing.assert_allclose(result.obs[:, 0], joints[:, 0], atol=1e-5)
        np.testing.assert_allclose(result.obs[:, 1], np.cos(joints[:, 1]), atol=1e-5)
        np.testing.assert_allclose(result.obs[:, 2], np.sin(joints[:, 1]), atol=1e-5)
        assert (result.simulator_reward > 0).all()
    simulator.close()


def test_what_a_client_writes_into_the_count_is_mjlabs_own(environment):
    with TensorEnvironment(environment, "human", 3) as env:
        env.progress_buf = torch.tensor([0, 6, LIMIT - 1])
        ends = [env.step(torch.zeros(3, 1))[3]["time_outs"].tolist() for _ in range(LIMIT)]
        assert [[step for step in range(LIMIT) if ends[step][copy]] for copy in range(3)] == [
            [LIMIT - 1],
            [3],
            [0],
        ]
        assert env.progress_buf.tolist() == [0, 6, LIMIT - 1]


def test_members_train_in_mjlab(environment, tmp_path):
    job = TrainJob(
        id="mjlab",
        environment=environment.specification,
        rewards=(TrainReward(id="human", kind="human"),),
        seeds=(0, 1),
        steps=512,
        folder=str(tmp_path),
        settings={"environments": 4, "rollout": 32, "minibatch": 32, "epochs": 2, "hidden": [16]},
        evaluation_episodes=4,
    )
    results, arrays = run(job, [(0, 0), (0, 1)])
    for seed in (0, 1):
        result = results["human", seed]
        assert result.failure is None
        assert result.steps == 512
        assert 0.0 <= result.fitness <= 1.0
        assert all(np.isfinite(array).all() for array in arrays["human", seed].values())
