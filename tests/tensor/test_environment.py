"""The tensor interface against a plain loop over Gymnasium's own simulators, and its misuse."""

from dataclasses import replace

import gymnasium
import numpy as np
import pytest
import torch

import rewardsmith
from rewardsmith.environments import load_environment
from rewardsmith.errors import RewardFailed, RewardInvalid, UsageError
from rewardsmith.reward import load_reward
from rewardsmith.tensor.environment import NO_LIMIT, TensorEnvironment

SOURCE = """
REWARD_SCALE = 4.0

def compute_reward(pole_angle, previous_pole_angle, action, previous_action, episode_step,
                   terminated, truncated):
    swing = pole_angle - previous_pole_angle
    end = 100.0 * terminated + 1000.0 * truncated
    total = swing + 2.0 * action + 3.0 * previous_action + 0.01 * episode_step + end
    return total, {"swing": swing, "end": end}
"""
COPIES, STEPS, LIMIT = 3, 60, 25


def short_cartpole():
    """Cart-pole on Gymnasium with a limit that pushing left and right in turn reaches."""
    environment = load_environment("cartpole", backend="gymnasium")
    task = replace(environment.task, options={"max_episode_steps": LIMIT})
    return replace(environment, tasks=(task,))


def actions_of(copy):
    """Copy 0 pushes in turn and reaches the limit; the others push right and fall."""
    return [step % 2 if copy == 0 else 1 for step in range(STEPS)]


def by_hand(copy, first_obs):
    """What the copy's steps give, from its first observation on, with no code of the product.

    Rows (reward, terminated, truncated); the simulator is put into the state that was observed.
    """
    env = gymnasium.make("CartPole-v1").unwrapped
    env.reset(seed=0)
    rows, obs, number, before = [], first_obs[0], 0, 0
    starts = iter(first_obs[1:])
    for action in actions_of(copy):
        env.state = tuple(float(x) for x in obs)
        env.steps_beyond_terminated = None
        after, _, terminated, _, _ = env.step(action)
        truncated = number + 1 == LIMIT and not terminated
        swing = after[2] - obs[2]
        end = 100.0 * terminated + 1000.0 * truncated
        total = swing + 2.0 * action + 3.0 * before + 0.01 * number + end
        rows.append((total, terminated, truncated))
        ended = terminated or truncated
        obs = next(starts) if ended else after
        number, before = (0, 0) if ended else (number + 1, action)
    return np.array(rows)


def run(env):
    """Every step's (rewards, ends, extras), and the observations before and after."""
    seen, steps = [env.reset()["obs"]], []
    for step in range(STEPS):
        actions = torch.tensor([actions_of(copy)[step] for copy in range(COPIES)])
        obs, rewards, ended, extras = env.step(actions)
        assert obs["obs"].shape == (COPIES, 4)
        seen.append(obs["obs"])
        steps.append((rewards, ended, extras))
    return seen, steps


@pytest.mark.parametrize("trusted", [False, True])
def test_rewards_ends_and_counts_are_those_of_a_plain_loop(trusted):
    with TensorEnvironment(short_cartpole(), SOURCE, COPIES, trusted=trusted) as env:
        seen, steps = run(env)
    for copy in range(COPIES):
        ended = [bool(ended[copy]) for _, ended, _ in steps]
        starts = [seen[0][copy].numpy()]
        starts += [seen[i + 1][copy].numpy() for i in range(STEPS) if ended[i]]
        expected = by_hand(copy, starts)
        got = [
            (float(rewards[copy]), bool(x["terminated"][copy]), bool(x["time_outs"][copy]))
            for rewards, _, x in steps
        ]
        np.testing.assert_allclose(got, expected, atol=1e-4)
        assert expected[:, 1 if copy else 2].any()


def test_the_last_observation_is_the_true_one_and_the_next_is_an_episodes_first():
    with TensorEnvironment(short_cartpole(), "fitness", COPIES) as env:
        seen, steps = run(env)
    for index, (_, ended, extras) in enumerate(steps):
        final, given = extras["final_obs"], seen[index + 1]
        assert torch.equal(final[~ended], given[~ended])
        # A reset puts everything within 0.05 of 0.
        assert (given[ended].abs() <= 0.05).all()
        fallen = extras["terminated"]
        assert ((final[fallen][:, 2].abs() > 0.2095) | (final[fallen][:, 0].abs() > 2.4)).all()
        assert torch.equal(ended, fallen | extras["time_outs"])
        assert not (fallen & extras["time_outs"]).any()
    assert sum(int(ended.sum()) for _, ended, _ in steps) >= 6


def test_what_a_client_writes_into_the_count_shortens_the_running_episodes():
    with TensorEnvironment("cartpole", "fitness", 4) as env:
        env.progress_buf = torch.tensor([0, 498, 499, 5])
        first = env.step(torch.tensor([0, 0, 0, 0]))
        second = env.step(torch.tensor([1, 1, 1, 1]))
        assert first[3]["time_outs"].tolist() == [False, False, True, False]
        assert second[3]["time_outs"].tolist() == [False, True, False, False]
        assert env.progress_buf.tolist() == [2, 0, 1, 7]


def test_environments_are_reset_by_id_and_the_others_go_on():
    with TensorEnvironment("cartpole", "fitness", 4) as env:
        for _ in range(5):
            env.step(torch.ones(4, dtype=torch.long))
        before = env.obs_buf
        env.reset_idx(torch.tensor([2, 0]))
        after = env.obs_buf
        assert env.progress_buf.tolist() == [0, 5, 0, 5]
        assert torch.equal(before[[1, 3]], after[[1, 3]])
        assert (after[[0, 2]].abs() <= 0.05).all()
        assert (before[[0, 2], 1] > 0.5).all()
        env.reset_idx(torch.tensor([False, True, False, False]))
        assert env.progress_buf.tolist() == [0, 0, 0, 5]
        with pytest.raises(UsageError, match=r"from 0 to 3, not \[4\]"):
            env.reset_idx(torch.tensor([4]))


@pytest.mark.parametrize("trusted", [False, True])
def test_components_the_simulators_reward_and_the_scale_are_told(trusted):
    with TensorEnvironment("cartpole", SOURCE, 2, scale=True, trusted=trusted) as env:
        _, rewards, _, extras = env.step(torch.tensor([1, 0]))
        assert sorted(extras["components"]) == ["end", "swing"]
        assert extras["simulator_reward"].tolist() == [1.0, 1.0]
        # 2 x action, a swing of less than 0.05, divided by 4.
        torch.testing.assert_close(rewards, torch.tensor([0.5, 0.0]), atol=0.02, rtol=0)
        assert rewards.dtype == torch.float32


def test_continuous_actions_are_in_half_widths_and_clipped():
    source = "def compute_reward(action):\n    return action[:, 0], {}"
    with TensorEnvironment("pendulum", source, 3) as env:
        assert env.action_space == gymnasium.spaces.Box(-1.0, 1.0, (1,), np.float32)
        _, rewards, _, _ = env.step(torch.tensor([[0.5], [-1.0], [7.0]]))
        # The pendulum's torque lies between -2 and 2.
        assert rewards.tolist() == [1.0, -2.0, 2.0]


def test_of_discrete_scores_the_largest_counts():
    source = "def compute_reward(action):\n    return action + 0.0, {}"
    with TensorEnvironment("cartpole", source, 2) as env:
        assert (env.num_obs, env.num_actions, env.max_episode_length) == (4, 2, 500)
        assert env.action_space == gymnasium.spaces.Discrete(2)
        assert env.observation_space.shape == (4,)
        _, rewards, _, _ = env.step(torch.tensor([[0.1, 0.2], [3.0, -1.0]]))
        assert rewards.tolist() == [1.0, 0.0]


def test_the_same_seed_gives_the_same_steps_and_another_seed_others():
    firsts = []
    for seed in (1, 1, 2):
        with TensorEnvironment("hopper", "human", 3, seed=seed) as env:
            firsts.append(env.step(torch.zeros(3, 3))[0]["obs"])
    assert torch.equal(firsts[0], firsts[1])
    assert not torch.equal(firsts[0], firsts[2])


def test_an_environment_without_a_limit_has_a_large_one():
    task = rewardsmith.Task("t", "words", lambda s: s.simulator_reward)
    environment = rewardsmith.Environment((), (task,), {"gymnasium": "CliffWalking-v1"})
    with TensorEnvironment(environment, "fitness", 2) as env:
        assert env.max_episode_length == NO_LIMIT
        env.step(torch.tensor([0, 0]))


def test_it_is_a_public_name_and_takes_a_loaded_reward():
    reward = load_reward(SOURCE)
    with rewardsmith.TensorEnvironment("cartpole", reward, 2) as env:
        assert env.device == torch.device("cpu")
        assert env.step(torch.tensor([0, 1]))[1].shape == (2,)


def test_misuse_is_explained():
    wrong = SOURCE.replace("pole_angle", "pole_angel")
    with pytest.raises(UsageError, match="did you mean pole_angle"):
        TensorEnvironment("cartpole", wrong, 2)
    with pytest.raises(RewardInvalid, match="import"):
        TensorEnvironment("cartpole", "import os\n" + SOURCE, 2)
    with pytest.raises(UsageError, match="needs a reward module"):
        TensorEnvironment("cartpole", "human", 2, scale=True)
    with pytest.raises(UsageError, match="at least one environment"):
        TensorEnvironment("cartpole", "human", 0)
    with pytest.raises(UsageError, match="device 'nonsense' cannot be used"):
        TensorEnvironment("cartpole", "human", 2, device="nonsense")
    with TensorEnvironment("cartpole", "human", 2) as env:
        with pytest.raises(UsageError, match=r"shape \(3, 2\), expected \(2, 2\)"):
            env.step(torch.zeros(3, 2))
        with pytest.raises(UsageError, match="from 0 to 1"):
            env.step(torch.tensor([0, 2]))
        with pytest.raises(UsageError, match="diverged"):
            env.step(torch.full((2, 2), torch.nan))


@pytest.mark.parametrize("trusted", [False, True])
def test_a_reward_that_is_not_finite_is_told_as_its_own_fault(trusted):
    source = "def compute_reward(pole_angle):\n    return np.log(-np.abs(pole_angle)), {}"
    env = TensorEnvironment("cartpole", source, 3, trusted=trusted)
    with env, pytest.raises(RewardFailed, match="not finite"):
        env.step(torch.tensor([0, 1, 0]))
