"""Gymnasium alone: any id without a file, `info` of any kind, spaces of any kind."""

import json

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Box, Dict, Discrete, MultiBinary, Text

from rewardsmith.backends import make_backend
from rewardsmith.backends.gymnasium import probe
from rewardsmith.environments import (
    Environment,
    Task,
    environment_from_specification,
    load_environment,
)
from rewardsmith.errors import EnvironmentUnavailable, UsageError
from rewardsmith.signals import Transitions

WORDS = "swim forward"


class Goals(gymnasium.Env):
    """Counts its steps; observations are nested, `info` holds everything there is."""

    observation_space = Dict(
        {
            "where": Box(-9, 9, (2,), np.float64),
            "goal": Dict({"room": Discrete(3, start=1), "at": Box(-9, 9, (1, 2), np.float32)}),
        }
    )
    action_space = Discrete(3, start=5)
    dt = 0.25

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.steps = 0
        return self._obs(), {"only_at_reset": 1.0}

    def step(self, action):
        self.steps += 1
        info = {
            "distance": 10 - self.steps,
            "obs": np.float32(3),
            "lambda": True,
            "reward_part": 1.0,
            "Success": False,
            "force/torque": np.arange(3.0),
            "name": "text",
            "nested": {"a": 1},
            "path": np.zeros(self.steps),
            "action_taken": int(action),
        }
        if self.steps == 2:
            info["sometimes"] = 7.0
        return self._obs(), 0.5, self.steps == 4, False, info

    def _obs(self):
        at = np.full((1, 2), self.steps, dtype=np.float32)
        return {"where": np.array([1.0, 2.0]), "goal": {"room": 2, "at": at}}


class Broken(Goals):
    """Breaks at its third step."""

    def step(self, action):
        if self.steps == 2:
            raise ZeroDivisionError("the floor is gone")
        return super().step(action)


class Buttons(Goals):
    """Wants several buttons at once."""

    action_space = MultiBinary(3)


class Speaks(Goals):
    """Observes a sentence."""

    observation_space = Text(5)


for _kind in (Goals, Broken, Buttons, Speaks):
    gymnasium.register(f"Rewardsmith{_kind.__name__}-v0", _kind)


def start(identifier, seeds):
    task = Task("t", "words", fitness=lambda s: s.simulator_reward)
    return make_backend(
        Environment(signals=(), tasks=(task,), backends={"gymnasium": identifier}), seeds
    )


# ---------------------------------------------------------------- the backend


def test_nested_observations_are_flattened_with_keys_sorted_and_discrete_ones_one_hot():
    simulator = start("RewardsmithGoals-v0", [1, 2])
    # goal.at, goal.room (2 of 1, 2, 3), where
    expected = [0, 0, 0, 1, 0, 1, 2]
    assert simulator.observation_shape == (7,)
    assert simulator.reset().tolist() == [expected, expected]
    assert simulator.step(np.array([0, 1])).obs[:, :2].tolist() == [[1, 1], [1, 1]]


def test_discrete_actions_begin_at_the_spaces_own_first_number():
    simulator = start("RewardsmithGoals-v0", [1, 2, 3])
    simulator.reset()
    assert simulator.step(np.array([0, 1, 2])).info["action_taken"].tolist() == [5, 6, 7]


def test_info_gives_numbers_of_constant_shape_and_zero_where_a_step_gives_none():
    simulator = start("RewardsmithGoals-v0", [1])
    simulator.reset()
    first, second, third, fourth, after = (simulator.step(np.zeros(1, int)) for _ in range(5))
    assert "sometimes" not in first.info
    assert second.info["sometimes"].tolist() == [7]
    assert third.info["sometimes"].tolist() == [0]
    assert third.info["force/torque"].tolist() == [[0, 1, 2]]
    assert {"name", "nested", "path", "only_at_reset"}.isdisjoint(fourth.info)
    assert fourth.terminated.tolist() == [True]
    assert after.valid.tolist() == [False]
    assert after.info["distance"].tolist() == [0]


def test_an_environment_that_breaks_tells_its_own_message():
    simulator = start("RewardsmithBroken-v0", [1])
    simulator.reset()
    simulator.step(np.zeros(1, int)), simulator.step(np.zeros(1, int))
    with pytest.raises(EnvironmentUnavailable, match="Broken-v0 broke: the floor is gone"):
        simulator.step(np.zeros(1, int))


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        ("RewardsmithButtons-v0", "takes actions of MultiBinary.*only a box of floats"),
        ("RewardsmithSpeaks-v0", "observes Text.*which has no fixed shape"),
    ],
)
def test_spaces_that_cannot_be_trained_are_refused(identifier, message):
    with pytest.raises(EnvironmentUnavailable, match=message):
        start(identifier, [1])
    with pytest.raises(EnvironmentUnavailable, match=message):
        probe(identifier)


# ---------------------------------------------------------------- any id


def test_a_probe_is_json_and_tells_spaces_info_limit_and_dt():
    found = probe("Swimmer-v5")
    assert json.loads(json.dumps(found)) == found
    assert found["observation_shape"] == [8]
    assert found["action_shape"] == [2]
    assert found["time_limit"] == 1000
    # Four substeps of 0.01 s.
    assert found["dt"] == pytest.approx(0.04)
    assert found["info"]["x_velocity"] == []
    assert found["info"]["reward_forward"] == []


def test_swimmer_has_the_entries_of_info_without_the_simulators_reward():
    environment = load_environment("gymnasium:Swimmer-v5", words=WORDS, fitness="info.x_velocity")
    names = [signal.name for signal in environment.signals]
    assert names == ["distance_from_origin", "x_position", "x_velocity", "y_position", "y_velocity"]
    assert environment.task.words == WORDS
    assert environment.chosen_backend == "gymnasium"
    assert environment.task.reduce == "sum"


def test_a_reward_part_is_a_signal_where_the_person_names_it():
    environment = load_environment(
        "gymnasium:Swimmer-v5",
        words=WORDS,
        fitness="info.x_velocity",
        signals=("reward_forward",),
    )
    names = [signal.name for signal in environment.signals]
    assert "reward_forward" in names
    assert "reward_ctrl" not in names


def test_entries_become_python_names_and_success_is_hidden_in_any_spelling():
    environment = load_environment(
        "gymnasium:RewardsmithGoals-v0", words="go", fitness="distance", reduce="min"
    )
    shapes = {signal.name: signal.shape for signal in environment.signals}
    assert shapes == {
        "goal_at": (2,),
        "goal_room": (3,),
        "where": (2,),
        "action_taken": (),
        "distance": (),
        "force_torque": (3,),
        "info_lambda": (),
        "info_obs": (),
        "sometimes": (),
    }
    assert environment.task.reduce == "min"


def test_an_environment_of_an_id_reads_its_signals_from_its_backend():
    environment = load_environment("gymnasium:RewardsmithGoals-v0", words="go", fitness="distance")
    simulator = make_backend(environment, [1, 2])
    obs = [simulator.reset()]
    results = [simulator.step(np.array([0, 2])) for _ in range(2)]
    obs += [result.obs for result in results]
    block = Transitions(
        obs=np.stack(obs[:-1]),
        next_obs=np.stack(obs[1:]),
        action=np.array([[0, 2], [0, 2]]),
        terminated=np.stack([result.terminated for result in results]),
        truncated=np.stack([result.truncated for result in results]),
        episode_step=np.array([[0, 0], [1, 1]]),
        simulator_reward=np.stack([result.simulator_reward for result in results]),
        info={key: np.stack([r.info[key] for r in results]) for key in results[0].info},
    )
    view = environment.reader().view(block)
    assert view.distance.tolist() == [[9, 9], [8, 8]]
    assert view.sometimes.tolist() == [[0, 0], [7, 7]]
    assert view.goal_at.tolist() == [[[1, 1], [1, 1]], [[2, 2], [2, 2]]]
    assert view.previous_goal_at.tolist() == [[[0, 0], [0, 0]], [[1, 1], [1, 1]]]
    assert view.force_torque.shape == (2, 2, 3)
    assert environment.task.fitness(view).tolist() == [[9, 9], [8, 8]]
    assert environment.task.baseline("human")(view).tolist() == [[0.5, 0.5]] * 2


def test_the_specification_gives_the_same_environment_without_another_probe(monkeypatch):
    environment = load_environment("gymnasium:Swimmer-v5", words=WORDS, fitness="info.x_velocity")
    copy = json.loads(json.dumps(environment.specification))
    monkeypatch.setattr("rewardsmith.backends.gymnasium.probe", None)
    again = environment_from_specification(copy)
    assert [s.name for s in again.signals] == [s.name for s in environment.signals]
    assert again.task.words == WORDS


@pytest.mark.parametrize("given", [{}, {"fitness": "info.x_velocity"}])
def test_an_id_without_words_says_what_to_type(given):
    with pytest.raises(UsageError, match=r'--task ".*" --fitness ".*"'):
        load_environment("gymnasium:Swimmer-v5", **given)


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        ("Swimer-v5", "unknown Gymnasium id 'Swimer-v5'; did you mean Swimmer-v5"),
        ("Swimmer-v77", "unknown Gymnasium id 'Swimmer-v77'; did you mean Swimmer-v5"),
        ("no_such_module:Thing-v0", "No module named 'no_such_module'"),
        ("two words", "Malformed environment ID: two words"),
    ],
)
def test_an_unknown_id_is_a_usage_error_with_the_nearest(identifier, message):
    with pytest.raises(UsageError, match=message):
        load_environment(f"gymnasium:{identifier}", words=WORDS, fitness="1")


@pytest.mark.parametrize(
    ("fitness", "message"),
    [
        ("info.x_vel", "unknown entry of info 'x_vel'; did you mean x_velocity"),
        ("x_velocty", "unknown signal in --fitness, 'x_velocty'; did you mean x_velocity"),
        ("obs", "must give one number a transition"),
        ("np.no_such_thing(obs)", "cannot be computed"),
        ("x_velocity +", "is not an expression"),
    ],
)
def test_a_fitness_that_cannot_be_computed_is_told_before_anything_starts(fitness, message):
    with pytest.raises(UsageError, match=message):
        load_environment("gymnasium:Swimmer-v5", words=WORDS, fitness=fitness)


def test_an_unknown_entry_asked_for_as_a_signal_is_a_usage_error():
    with pytest.raises(UsageError, match="unknown entry of info 'reward_forwards'"):
        load_environment(
            "gymnasium:Swimmer-v5", words=WORDS, fitness="1", signals=("reward_forwards",)
        )
