"""Recording banks with real simulators."""

from __future__ import annotations

import numpy as np
import pytest

from rewardsmith.backends import ActionSpace, VectorStep
from rewardsmith.bank import ROWS, Bank, bank_path
from rewardsmith.environments import load_environment
from rewardsmith.executor import TrainerServer
from rewardsmith.training.actors import SCRIPTED, Actor, to_actions
from rewardsmith.training.guides import guides
from rewardsmith.training.record import Span, collect, cut, record_bank, record_to_file


class Countdown:
    """Episodes of 2 or 3 steps, environment by environment; the observation counts down to 0."""

    num_envs = 2
    observation_shape = (1,)
    action_space = ActionSpace(count=2)

    def reset(self):
        self.left = np.array([2, 3])
        return self._obs()

    def _obs(self):
        return self.left[:, None].astype(np.float32)

    def step(self, actions, indices=None):
        resetting = self.left == 0
        self.left = np.where(resetting, [2, 3], self.left - 1)
        done = self.left == 0
        return VectorStep(
            obs=self._obs(),
            simulator_reward=np.ones(2),
            terminated=done & [True, False],
            truncated=done & [False, True],
            valid=~resetting,
            info={"left": self.left.copy()},
        )

    def close(self):
        """Nothing."""


def test_collected_rows_tell_episodes_and_resets_apart():
    block, valid = collect(Countdown(), lambda obs, step: np.array(step), 7)
    # Environment 0 has episodes of 2 steps, then a row that resets; environment 1 of 3.
    assert valid[:, 0].tolist() == [True, True, False, True, True, False, True]
    assert valid[:, 1].tolist() == [True, True, True, False, True, True, True]
    assert block.obs[:, 1, 0].tolist() == [3, 2, 1, 0, 3, 2, 1]
    assert block.next_obs[:, 1, 0].tolist() == [2, 1, 0, 3, 2, 1, 0]
    assert block.episode_step[valid[:, 0], 0].tolist() == [0, 1, 0, 1, 0]
    assert block.episode_step[valid[:, 1], 1].tolist() == [0, 1, 2, 0, 1, 2]
    assert block.info["left"][:, 0].tolist() == [1, 0, 2, 1, 0, 2, 1]


def test_whole_episodes_are_cut_and_a_short_rest_is_dropped():
    block, valid = collect(Countdown(), lambda obs, step: np.array(step), 7)
    assert cut(block, valid) == [Span(0, 0, 2), Span(0, 3, 5), Span(1, 0, 3), Span(1, 4, 7)]


def test_scores_become_actions_between_the_bounds():
    box = ActionSpace(shape=(2,), low=(-1.0, 0.0), high=(3.0, float("inf")))
    scores = np.array([[-1.0, -1.0], [0.0, 0.0], [5.0, 1.0]])
    # The infinite bound counts as 1: the second dimension lies between 0 and 1.
    assert to_actions(box, scores).tolist() == [[-1.0, 0.0], [1.0, 0.5], [3.0, 1.0]]
    assert to_actions(ActionSpace(count=2), np.array([[0.0, 1.0], [1.0, 0.0]])).tolist() == [1, 0]


@pytest.fixture(scope="module", params=["mountain-car", "hopper"])
def recorded(request):
    environment = load_environment(request.param)
    return environment, record_bank(environment, 7)


def test_a_bank_has_every_name_and_enough_of_everything(recorded):
    environment, bank = recorded
    assert set(bank.transitions) == set(environment.reader().names())
    assert all(len(values) == ROWS for values in bank.transitions.values())
    assert len(bank.episodes) >= 40
    assert {e.policy for e in bank.episodes} == {actor.name for actor in SCRIPTED}
    assert all(np.isfinite(values).all() for values in bank.transitions.values())
    ended = bank.transitions["terminated"] | bank.transitions["truncated"]
    assert 20 <= ended.sum() < ROWS // 2


def test_episodes_are_whole_and_in_order(recorded):
    _, bank = recorded
    for episode in bank.episodes:
        steps = episode.signals["episode_step"]
        np.testing.assert_array_equal(np.diff(steps), 1)
        np.testing.assert_array_equal(episode.signals["obs"][1:], episode.signals["next_obs"][:-1])
        ended = episode.signals["terminated"] | episode.signals["truncated"]
        assert not ended[:-1].any()
        assert ended[-1] or episode.length == 200
        assert episode.terminated == episode.signals["terminated"][-1]


@pytest.mark.parametrize("recorded", ["hopper"], indirect=True)
def test_the_fitness_of_hoppers_episodes_is_the_distance(recorded):
    _, bank = recorded
    for episode in bank.episodes[:20]:
        # One step of Hopper-v5 takes 0.008 s.
        distance = np.sum(episode.signals["forward_velocity"].astype(float)) * 0.008
        assert episode.fitness == pytest.approx(distance, abs=1e-4)


@pytest.mark.parametrize("recorded", ["mountain-car"], indirect=True)
def test_the_same_seed_gives_the_same_bank(recorded):
    environment, bank = recorded
    again = record_bank(environment, 7)
    np.testing.assert_array_equal(again.transitions["obs"], bank.transitions["obs"])
    assert [e.fitness for e in again.episodes] == [e.fitness for e in bank.episodes]


def test_a_given_policy_is_recorded_too():
    environment = load_environment("cartpole")
    upright = Actor(
        "upright",
        4,
        lambda space, rng, count: lambda obs, step: (obs[:, 2] + obs[:, 3] > 0).astype(np.int64),
    )
    bank = record_bank(environment, 1, (upright,))
    own = [e for e in bank.episodes if e.policy == "upright"]
    assert own
    # Pushing to where the pole falls keeps it up for long, and 200 steps make a segment.
    assert np.mean([e.length for e in own]) > 100


def test_a_bank_is_recorded_in_a_worker_and_saved(tmp_path):
    environment = load_environment("pendulum")
    with TrainerServer.start(None, workers=1, warm=()) as server:
        path = server.record_bank(environment.specification, 3, tmp_path / "banks" / "bank.npz")
    bank = Bank.load(path)
    assert bank.rows == ROWS
    again = record_bank(environment, 3, guides(environment, ("fitness",), 3))
    np.testing.assert_array_equal(bank.transitions["obs"], again.transitions["obs"])
    assert {e.policy for e in bank.episodes} == {*(actor.name for actor in SCRIPTED), "fitness"}


def test_a_human_reward_policy_acts_only_where_it_is_asked_for(tmp_path):
    environment = load_environment("cartpole")
    record_to_file(environment.specification, 3, str(tmp_path / "bank.npz"), human=True)
    bank = Bank.load(tmp_path / "bank.npz")
    assert {"fitness", "human"} <= {e.policy for e in bank.episodes}
    assert bank_path(environment, human=True) != bank_path(environment)


@pytest.mark.parametrize("recorded", ["mountain-car"], indirect=True)
def test_what_the_tasks_own_rewards_pay_stands_beside_the_transitions(recorded):
    _, bank = recorded
    assert set(bank.task_rewards) == {"fitness", "human"}
    at_flag = bank.transitions["position"] >= 0.5
    np.testing.assert_array_equal(bank.task_rewards["fitness"], at_flag)
    np.testing.assert_array_equal(bank.task_rewards["human"], -np.ones(ROWS))
    assert not set(bank.task_rewards) & set(bank.transitions)
