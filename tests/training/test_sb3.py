"""Training by Stable-Baselines3 through the trainer's contract."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest
from stable_baselines3 import PPO

from rewardsmith.environments import environment_from_specification, load_environment
from rewardsmith.errors import UsageError
from rewardsmith.executor import TrainerServer
from rewardsmith.records import MemberResult, TrainJob, TrainResult, TrainReward
from rewardsmith.sandbox import RewardServer
from rewardsmith.training.sb3 import MemberTraining, train_shard, try_settings
from rewardsmith.training.sb3_environment import Sb3Environment
from rewardsmith.training.sb3_settings import resolve_sb3_settings

UPRIGHT = """
def compute_reward(pole_angle, previous_pole_angle, episode_step):
    upright = 1.0 - np.abs(pole_angle) / 0.2095
    calm = -np.abs(pole_angle - previous_pole_angle)
    return upright + calm, {"upright": upright, "calm": calm}
"""
ROUGH = "def compute_reward(obs):\n    return np.log(obs[:, 0] * 0.0), {}\n"
SMALL = {"n_steps": 64, "batch_size": 64, "n_epochs": 2}


@pytest.fixture(scope="module")
def rewards():
    with RewardServer.start() as server:
        yield server


def job(folder, *, environment="cartpole", reward=None, steps=512, **settings):
    return TrainJob(
        id="g00",
        environment=load_environment(environment).specification,
        rewards=(reward or TrainReward(id="up", source=UPRIGHT),),
        seeds=(3,),
        steps=steps,
        folder=str(folder),
        settings=settings,
        evaluation_episodes=2,
    )


def train(job, rewards, seed=3):
    (result,) = [r for r in train_shard(job, [(0, seed)], rewards) if isinstance(r, MemberResult)]
    return result


def test_ppo_trains_a_candidate_and_evaluates_it(rewards, tmp_path):
    result = train(job(tmp_path, environments=2, **SMALL), rewards)
    assert result.failure is None
    assert result.steps == 512
    assert len(result.episodes) == 2
    # CartPole's fitness is the number of steps that the pole stays up.
    assert [e.fitness for e in result.episodes] == [e.length for e in result.episodes]
    assert result.fitness == np.mean([e.length for e in result.episodes])
    assert [c.name for c in result.components] == ["upright", "calm"]
    assert result.curve_steps[-1] == pytest.approx(512, abs=64)
    assert len(result.curve_steps) == len(result.curve_fitness) == 10
    assert result.reward_scale > 0
    assert (tmp_path / result.trajectories).exists()
    assert result.sampled_steps == 256
    with np.load(tmp_path / "trajectories/up-3-at-256.npz") as sample:
        # 512 steps of two environments: a sixteenth of what each has are 16.
        assert len(sample["episode_step"]) <= 16
        assert {"pole_angle", "component.calm", "total"} <= set(sample.files)
    model = PPO.load(tmp_path / result.policy, device="cpu")
    assert model.predict(np.zeros(4, np.float32))[0] in (0, 1)


def test_the_same_seed_gives_the_same_result_whatever_was_trained_before(rewards, tmp_path):
    asked = job(tmp_path, **SMALL)
    alone = train(asked, rewards)
    both = [r for r in train_shard(asked, [(0, 9), (0, 3)], rewards) if isinstance(r, MemberResult)]
    assert both[1] == alone
    assert both[0].episodes != alone.episodes


def test_the_sample_in_the_middle_changes_nothing_in_training(rewards, tmp_path, monkeypatch):
    asked = job(tmp_path, **SMALL)
    sampled = train(asked, rewards)
    monkeypatch.setattr(MemberTraining, "_sample", lambda *_: None)
    plain = train(asked, rewards)
    assert (sampled.sampled_steps, plain.sampled_steps) == (256, None)
    assert sampled.episodes == plain.episodes
    assert sampled.curve_return == plain.curve_return


@pytest.mark.parametrize(
    ("kind", "settings"),
    [("human", {"algo": "sac", "learning_starts": 100}), ("fitness", SMALL)],
)
def test_the_tasks_own_rewards_on_continuous_actions(tmp_path, kind, settings):
    asked = job(
        tmp_path,
        environment="pendulum",
        reward=TrainReward(id=kind, kind=kind),
        steps=128,
        **settings,
    )
    result = train(asked, None)
    assert result.failure is None
    assert [e.length for e in result.episodes] == [200, 200]
    if kind == "human":
        assert all(e.reward == pytest.approx(e.simulator_return) for e in result.episodes)


def test_a_reward_that_is_not_finite_is_a_failed_member(rewards, tmp_path):
    reward = TrainReward(id="rough", source=ROUGH)
    result = train(job(tmp_path, reward=reward, **SMALL), rewards)
    assert "not finite" in result.failure
    assert result.fitness is None


def test_it_is_chosen_by_the_setting_trainer(rewards, tmp_path):
    asked = job(tmp_path, trainer="sb3", algo="ppo", **SMALL)
    with TrainerServer.start(rewards, workers=1, warm=()) as server:
        (result,) = [r for r in server.train(asked) if isinstance(r, TrainResult)]
    assert result.members[0].failure is None
    assert (tmp_path / "policies" / "up-3.zip").exists()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"algo": "pppo"}, "did you mean ppo"),
        ({"n_step": 8}, "did you mean n_steps"),
        ({"environments": 0}, "environments"),
        ({"device": "cuda"}, "unknown setting of the sb3 trainer"),
    ],
)
def test_a_wrong_setting_is_explained(settings, message):
    with pytest.raises(UsageError, match=message):
        resolve_sb3_settings(settings)


def test_an_algorithm_that_does_not_fit_the_actions_is_explained(rewards, tmp_path):
    with pytest.raises(UsageError, match="sac cannot be made"):
        train(job(tmp_path, algo="sac"), rewards)


def test_steps_are_paid_once_and_the_last_observation_is_the_true_one():
    environment = load_environment("cartpole")
    seen = []

    def rewards(transitions):
        seen.append(transitions)
        return np.full(2, 7.0)

    venv = Sb3Environment(environment, [1, 2], rewards)
    previous, ends = venv.reset(), 0
    for _ in range(60):
        obs, reward, done, infos = venv.step(np.array([1, 0]))
        step = seen[-1]
        np.testing.assert_array_equal(step.obs[0], previous)
        assert reward.tolist() == [7.0, 7.0]
        for row in range(2):
            if done[row]:
                last = infos[row]["terminal_observation"]
                np.testing.assert_array_equal(step.next_obs[0, row], last)
                # The pole fell: beyond 12 degrees; the next episode begins upright.
                assert abs(last[2]) > 0.2094
                assert abs(obs[row, 2]) < 0.05
                assert infos[row]["TimeLimit.truncated"] is False
                ends += 1
            else:
                np.testing.assert_array_equal(step.next_obs[0, row], obs[row])
        previous = obs
    venv.close()
    assert ends >= 8
    steps = np.concatenate([t.episode_step for t in seen])
    ended = np.concatenate([t.terminated for t in seen])
    # Steps are counted from 0 in each episode, and none is lost to resets.
    np.testing.assert_array_equal(steps[1:], np.where(ended[:-1], 0, steps[:-1] + 1))


class Pixels(gymnasium.Env):
    """A bright dot that moves; the observation is an image."""

    observation_space = gymnasium.spaces.Box(0, 255, (36, 36, 3), np.uint8)
    action_space = gymnasium.spaces.Discrete(2)

    def _image(self):
        image = np.zeros((36, 36, 3), np.uint8)
        image[self.place % 36] = 255
        return image

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.place = 0
        return self._image(), {}

    def step(self, action):
        self.place += int(action)
        return self._image(), float(action), False, False, {"place": float(self.place)}


def test_images_are_trained_with_a_convolutional_network(tmp_path):
    gymnasium.register("rewardsmith-pixels-v0", Pixels, max_episode_steps=10)
    source = """
from rewardsmith.environments import Environment, Signal, Task
environment = Environment(
    backends={"gymnasium": "rewardsmith-pixels-v0"},
    signals=(Signal("place", "", "where the dot is", lambda t: t.info["place"]),),
    tasks=(Task("move", "Move.", fitness=lambda s: s.place, reduce="last"),),
)
"""
    specification = {"name": "pixels", "source": source}
    assert environment_from_specification(specification).task.name == "move"
    asked = TrainJob(
        id="g00",
        environment=specification,
        rewards=(TrainReward(id="fitness", kind="fitness"),),
        seeds=(1,),
        steps=64,
        folder=str(tmp_path),
        settings={"n_steps": 32, "batch_size": 32, "n_epochs": 1},
        evaluation_episodes=1,
    )
    result = train(asked, None, seed=1)
    assert result.episodes[0].length == 10


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"n_stepz": 3}, "did you mean n_steps"),
        ({"algo": "sca"}, "did you mean sac"),
        ({"algo": "sac"}, "sac cannot be made: .*action spaces"),
        ({"learning_rate": "fast"}, "ppo cannot be made: .*fast"),
        ({"gamma": "half"}, "ppo cannot be made: gamma: .*half"),
        ({"batch_size": -3}, "ppo cannot be made: .*batch_size"),
    ],
)
def test_settings_are_tried_before_anything_is_trained(settings, said):
    with pytest.raises(UsageError, match=said):
        try_settings(load_environment("cartpole"), {"algo": "ppo", **settings})


def test_sound_settings_are_taken():
    try_settings(load_environment("cartpole"), {"algo": "ppo", "environments": 2, **SMALL})
    try_settings(load_environment("pendulum"), {"algo": "sac"})
