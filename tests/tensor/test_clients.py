"""Trainers that no one here wrote, themselves unmodified, learn on the tensor interface."""

import numpy as np
import torch
from rsl_rl.runners import OnPolicyRunner
from skrl.agents.torch.ppo import PPO, PPO_CFG
from skrl.memories.torch import RandomMemory
from skrl.models.torch import CategoricalMixin, DeterministicMixin, Model
from skrl.trainers.torch import SequentialTrainer
from tensor_clients import runner_settings
from torch import nn

from rewardsmith import RslRlEnvironment, SkrlEnvironment, TensorEnvironment

SOURCE = """
def compute_reward(pole_angle, cart_position):
    upright = 1.0 - 2.0 * np.abs(pole_angle)
    middle = -0.1 * np.abs(cart_position)
    return upright + middle, {"upright": upright, "middle": middle}
"""
COPIES, ROLLOUT, UPDATES = 64, 32, 12


class Lengths:
    """Remembers how long episodes were, in the order in which they ended."""

    def __init__(self, environment):
        self._step = environment.step
        self._environment = environment
        self.all = []
        environment.step = self

    def __call__(self, actions):
        before = self._environment.progress_buf
        result = self._step(actions)
        self.all += (before[result[2]] + 1).tolist()
        return result

    def has_learned(self):
        """An untrained policy falls after some 22 steps; the last ended far later."""
        return np.mean(self.all[:COPIES]) < 40 and np.mean(self.all[-20:]) > 66


def test_the_runner_of_rsl_rl_learns_to_balance_with_a_confined_reward(capsys):
    torch.manual_seed(1)
    torch.set_num_threads(1)
    with TensorEnvironment("cartpole", SOURCE, COPIES, seed=1) as env:
        lengths = Lengths(env)
        runner = OnPolicyRunner(RslRlEnvironment(env), runner_settings(ROLLOUT))
        runner.learn(UPDATES)
        assert lengths.has_learned()


def test_rsl_rl_starts_episodes_staggered_bootstraps_and_saves(capsys, tmp_path):
    torch.manual_seed(0)
    with TensorEnvironment("half-cheetah", "human", 8) as env:
        client = RslRlEnvironment(env)
        assert client.get_observations()["policy"].shape == (8, 17)
        assert (client.num_actions, client.max_episode_length) == (6, 1000)
        runner = OnPolicyRunner(client, runner_settings(8), log_dir=str(tmp_path))
        runner.learn(2, init_at_random_ep_len=True)
        assert client.episode_length_buf.unique().numel() == 8
        assert list(tmp_path.glob("model_*.pt"))


def test_a_time_out_reaches_rsl_rl_as_one(capsys):
    with TensorEnvironment("pendulum", "fitness", 2) as env:
        client = RslRlEnvironment(env)
        client.episode_length_buf = torch.tensor([199, 0])
        obs, rewards, dones, extras = client.step(torch.zeros(2, 1))
        assert dones.tolist() == extras["time_outs"].tolist() == [True, False]
        assert obs.batch_size == torch.Size([2])
        assert rewards.shape == (2,)


class Policy(CategoricalMixin, Model):
    def __init__(self, env):
        Model.__init__(self, observation_space=env.observation_space, action_space=env.action_space)
        CategoricalMixin.__init__(self)
        self.net = network(self.num_observations, self.num_actions)

    def compute(self, inputs, role):
        return self.net(inputs["observations"]), {}


class Value(DeterministicMixin, Model):
    def __init__(self, env):
        Model.__init__(self, observation_space=env.observation_space, action_space=env.action_space)
        DeterministicMixin.__init__(self)
        self.net = network(self.num_observations, 1)

    def compute(self, inputs, role):
        return self.net(inputs["observations"]), {}


def network(inputs, outputs):
    return nn.Sequential(nn.Linear(inputs, 32), nn.Tanh(), nn.Linear(32, outputs))


def skrl_agent(env, folder):
    """PPO with skrl's defaults but for rollouts, epochs and quiet."""
    settings = PPO_CFG(rollouts=ROLLOUT, learning_epochs=8, mini_batches=4, learning_rate=5e-3)
    settings.experiment.directory = str(folder)
    settings.experiment.write_interval = settings.experiment.checkpoint_interval = 0
    return PPO(
        models={"policy": Policy(env), "value": Value(env)},
        memory=RandomMemory(memory_size=ROLLOUT, num_envs=env.num_envs),
        cfg=settings,
        observation_space=env.observation_space,
        action_space=env.action_space,
    )


def test_the_trainer_of_skrl_learns_to_balance(tmp_path):
    torch.manual_seed(0)
    torch.set_num_threads(1)
    with TensorEnvironment("cartpole", SOURCE, COPIES, seed=2, trusted=True) as tensors:
        lengths = Lengths(tensors)
        env = SkrlEnvironment(tensors)
        quiet = {"disable_progressbar": True, "close_environment_at_exit": False}
        settings = {"timesteps": ROLLOUT * UPDATES, "headless": True, **quiet}
        SequentialTrainer(env=env, agents=skrl_agent(env, tmp_path), cfg=settings).train()
        assert lengths.has_learned()


def test_skrl_is_told_the_two_ends_apart_and_resets_only_once():
    with TensorEnvironment("pendulum", "human", 2) as tensors:
        env = SkrlEnvironment(tensors)
        env.reset()
        tensors.progress_buf = torch.tensor([199, 0])
        obs, rewards, terminated, truncated, _ = env.step(torch.zeros(2, 1))
        assert truncated.tolist() == [[True], [False]]
        assert terminated.tolist() == [[False], [False]]
        assert rewards.shape == (2, 1)
        again, _ = env.reset()
        assert torch.equal(obs, again)
