"""The wrappers on real simulators, against rewards worked out by hand from a plain loop."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from stable_baselines3.common.vec_env import DummyVecEnv

import rewardsmith
from rewardsmith import bank, stepper
from rewardsmith.environments import load_environment
from rewardsmith.errors import UsageError
from rewardsmith.reward import load_reward
from rewardsmith.wrappers import RewardWrapper, VectorRewardWrapper
from rewardsmith.wrappers_sb3 import Sb3RewardWrapper

SOURCE = """
REWARD_SCALE = 4.0

def compute_reward(forward_velocity, previous_forward_velocity, torso_height,
                   previous_torso_height, action, previous_action, obs, next_obs,
                   episode_step, terminated, truncated):
    gain = forward_velocity - 0.5 * previous_forward_velocity
    lift = 10.0 * (torso_height - previous_torso_height)
    jerk = -np.sum((action - previous_action) ** 2, axis=-1)
    turn = next_obs[:, 1] - obs[:, 1]
    end = 100.0 * terminated + 1000.0 * truncated + 0.01 * episode_step
    return gain + lift + jerk + turn + end, {"gain": gain, "end": end}
"""
STEPS, COPIES, LIMIT = 60, 3, 12


def hopper():
    return gymnasium.make("Hopper-v5", max_episode_steps=LIMIT)


def actions_of(copy):
    """Beyond the box, too: what counts is what the simulator takes."""
    rng = np.random.default_rng(copy)
    return (1.3 * rng.uniform(-1, 1, (STEPS, 3))).astype(np.float32)


def one_by_hand(obs, action, before, stepped, number):
    """(total, gain, end) of one step, written out without any of the product's code."""
    next_obs, _, terminated, truncated, info = stepped
    action = np.clip(action, -1, 1)
    first = before is None
    last_velocity = info["x_velocity"] if first else before[0]
    last_action = np.zeros(3) if first else before[1]
    gain = info["x_velocity"] - 0.5 * last_velocity
    lift = 10 * (next_obs[0] - obs[0])
    jerk = -((action - last_action) ** 2).sum()
    end = 100 * terminated + 1000 * (truncated and not terminated) + 0.01 * number
    return gain + lift + jerk + (next_obs[1] - obs[1]) + end, gain, end


def by_hand(copy, *, reset_takes_a_row):
    """Rows (total, gain, end) of one copy; a row of zeros where the copy only resets."""
    env, rows, obs = hopper(), [], None
    obs, _ = env.reset(seed=copy)
    before, number, ended = None, 0, False
    for action in actions_of(copy):
        if ended:
            obs, _ = env.reset()
            before, number, ended = None, 0, False
            if reset_takes_a_row:
                rows.append((0.0, 0.0, 0.0))
                continue
        stepped = env.step(np.clip(action, -1, 1))
        rows.append(one_by_hand(obs, action, before, stepped, number))
        before = (stepped[4]["x_velocity"], np.clip(action, -1, 1))
        obs, number, ended = stepped[0], number + 1, stepped[2] or stepped[3]
    env.close()
    expected = np.array(rows)
    ends = (expected[:, 2] >= 100).sum()
    assert ends >= 3
    return expected


class ClippedHopper(gymnasium.ActionWrapper):
    """The simulator never sees more than its box."""

    def action(self, action):
        return np.clip(action, -1, 1)


@pytest.fixture(scope="module")
def environment():
    return load_environment("hopper")


def test_the_limit_and_a_fall_both_end_episodes():
    ends = np.concatenate([by_hand(c, reset_takes_a_row=False)[:, 2] for c in range(COPIES)])
    assert ((ends >= 100) & (ends < 1000)).any()
    assert (ends >= 1000).any()


def test_one_environment_pays_what_was_worked_out_by_hand(environment):
    env = RewardWrapper(ClippedHopper(hopper()), load_reward(SOURCE), environment)
    env.reset(seed=1)
    got = []
    for action in actions_of(1):
        _, reward, terminated, truncated, info = env.step(action)
        parts = info["reward_components"]
        got.append((reward, parts["gain"], parts["end"]))
        assert info["simulator_reward"] != reward
        if terminated or truncated:
            env.reset()
    env.close()
    np.testing.assert_allclose(got, by_hand(1, reset_takes_a_row=False), atol=1e-4)


@pytest.mark.parametrize("count", [1, COPIES])
@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_a_vector_environment_pays_the_same_in_both_ways_of_resetting(environment, mode, count):
    copies = [lambda: ClippedHopper(hopper())] * count
    env = VectorRewardWrapper(
        SyncVectorEnv(copies, autoreset_mode=mode), load_reward(SOURCE), environment
    )
    env.reset(seed=list(range(count)))
    got = []
    for actions in np.stack([actions_of(copy) for copy in range(count)], axis=1):
        _, reward, _, _, info = env.step(actions)
        parts = info["reward_components"]
        got.append(np.stack([reward, parts["gain"], parts["end"]], axis=-1))
    env.close()
    for copy, rows in enumerate(np.stack(got, axis=1)):
        expected = by_hand(copy, reset_takes_a_row=mode is AutoresetMode.NEXT_STEP)
        np.testing.assert_allclose(rows, expected, atol=1e-4)


def test_a_vector_environment_that_the_person_resets(environment):
    copies = [lambda: ClippedHopper(hopper())] * COPIES
    env = VectorRewardWrapper(
        SyncVectorEnv(copies, autoreset_mode=AutoresetMode.DISABLED),
        load_reward(SOURCE),
        environment,
    )
    env.reset(seed=list(range(COPIES)))
    got = []
    for actions in np.stack([actions_of(copy) for copy in range(COPIES)], axis=1):
        _, reward, terminated, truncated, _ = env.step(actions)
        got.append(reward)
        if (ended := terminated | truncated).any():
            env.reset(options={"reset_mask": ended})
    env.close()
    for copy, rows in enumerate(np.stack(got, axis=1)):
        expected = by_hand(copy, reset_takes_a_row=False)[:, 0]
        np.testing.assert_allclose(rows, expected, atol=1e-4)


def test_a_stable_baselines_environment_pays_what_was_worked_out_by_hand(environment):
    venv = DummyVecEnv([lambda: ClippedHopper(hopper())] * COPIES)
    env = Sb3RewardWrapper(venv, load_reward(SOURCE), environment)
    env.seed(0)
    env.reset()
    got = []
    for actions in np.stack([actions_of(copy) for copy in range(COPIES)], axis=1):
        _, reward, _, infos = env.step(actions)
        parts = [info["reward_components"] for info in infos]
        got.append([(r, p["gain"], p["end"]) for r, p in zip(reward, parts, strict=True)])
    env.close()
    for copy, rows in enumerate(np.swapaxes(got, 0, 1)):
        np.testing.assert_allclose(rows, by_hand(copy, reset_takes_a_row=False), atol=1e-3)


def test_scaled_rewards_are_divided_and_clipped_as_in_training(environment):
    env = RewardWrapper(ClippedHopper(hopper()), load_reward(SOURCE), environment, scale=True)
    env.reset(seed=1)
    expected = np.clip(by_hand(1, reset_takes_a_row=False)[:5, 0] / 4.0, -10, 10)
    got = [env.step(action)[1] for action in actions_of(1)[:5]]
    env.close()
    np.testing.assert_allclose(got, expected, atol=1e-4)


def test_a_discrete_environment_is_wrapped_by_name():
    source = (
        "def compute_reward(action, episode_step):\n    return action + 10.0 * episode_step, {}"
    )
    with gymnasium.make("CartPole-v1") as raw:
        env = rewardsmith.RewardWrapper(raw, source, "cartpole")
        env.reset(seed=0)
        assert [env.step(action)[1] for action in (1, 0, 1)] == [1.0, 10.0, 21.0]


def test_misuse_is_explained(environment):
    env = hopper()
    source = "def compute_reward(torso_height):\n    return torso_height, {}"
    with pytest.raises(UsageError, match="did you mean torso_height"):
        RewardWrapper(env, source.replace("torso_height", "torso_hight"), environment)
    with pytest.raises(UsageError, match="REWARD_SCALE"):
        RewardWrapper(env, source, environment, scale=True)
    with pytest.raises(UsageError, match="reset"):
        RewardWrapper(env, load_reward(SOURCE), environment).step(np.zeros(3))
    env.close()


def test_the_simulators_info_is_left_alone(environment):
    venv = SyncVectorEnv([hopper] * 2)
    env = VectorRewardWrapper(venv, load_reward(SOURCE), environment)
    env.reset(seed=0)
    _, _, _, _, info = env.step(np.zeros((2, 3), np.float32))
    assert info["x_velocity"].shape == (2,)
    assert info["_reward_components"].all()
    assert info["simulator_reward"].shape == (2,)
    env.close()


SPACES = bank.ActionSpace(shape=(3,), low=(-1.0,) * 3, high=(1.0,) * 3)


@pytest.fixture
def recorded(monkeypatch):
    """A hopper whose bank was recorded before."""
    known = bank.Bank(transitions={}, observation_shape=(11,), action_space=SPACES)
    monkeypatch.setattr(stepper, "load_bank", lambda _: known)
    return load_environment("hopper")


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("Walker2d-v5", {}, r"observes \(17,\), environment 'hopper' \(11,\)"),
        ("Hopper-v5", {"exclude_current_positions_from_observation": False}, r"observes \(12,\)"),
        ("CartPole-v1", {}, r"observes \(4,\)"),
    ],
)
def test_another_simulator_is_refused_when_it_is_wrapped(recorded, name, options, said):
    source = "def compute_reward(torso_height):\n    return torso_height, {}"
    with gymnasium.make(name, **options) as env, pytest.raises(UsageError, match=said):
        RewardWrapper(env, source, recorded)
    vector = SyncVectorEnv([lambda: gymnasium.make(name, **options)])
    with pytest.raises(UsageError, match=said):
        VectorRewardWrapper(vector, source, recorded)
    vector.close()
    venv = DummyVecEnv([lambda: gymnasium.make(name, **options)])
    with pytest.raises(UsageError, match=said):
        Sb3RewardWrapper(venv, source, recorded)
    venv.close()


def test_other_actions_are_refused_and_the_right_simulator_is_taken(recorded):
    source = "def compute_reward(torso_height):\n    return torso_height, {}"
    with gymnasium.make("Hopper-v5") as env:
        RewardWrapper(env, source, recorded)
        fewer = gymnasium.wrappers.TransformAction(
            env, lambda a: np.pad(a, (0, 1)), gymnasium.spaces.Box(-1, 1, (2,))
        )
        with pytest.raises(UsageError, match=r"acts in a box of shape \(2,\)"):
            RewardWrapper(fewer, source, recorded)


def test_a_gymnasium_id_knows_its_own_spaces():
    known = load_environment("gymnasium:CartPole-v1", words="any", fitness="1.0")
    source = "def compute_reward(obs):\n    return obs[:, 0], {}"
    with gymnasium.make("CartPole-v1") as env:
        RewardWrapper(env, source, known)
    with gymnasium.make("Pendulum-v1") as env, pytest.raises(UsageError, match=r"observes \(3,\)"):
        RewardWrapper(env, source, known)
