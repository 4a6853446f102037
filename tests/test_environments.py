"""Environments: loading them by name, their tasks, what a person may type instead."""

import json
import sys

import numpy as np
import pytest
from rollouts import CLASSIC, LOCOMOTION, block_of, random_actions, roll

from rewardsmith.backends import make_backend
from rewardsmith.environments import (
    Environment,
    Signal,
    Task,
    environment_from_specification,
    environment_names,
    fitness_expression,
    load_environment,
)
from rewardsmith.errors import EnvironmentUnavailable, UsageError
from rewardsmith.signals import SignalReader, Transitions

SHIPPED = (*CLASSIC, *LOCOMOTION)
OWN = '''"""My own: {words}"""
from rewardsmith.environments import Environment, Signal, Task

environment = Environment(
    backends={{"gymnasium": "CartPole-v1"}},
    signals=(Signal("lean", "rad", "angle", lambda t: t.next_obs[..., 2]),),
    tasks=(
        Task("first", "{words}", fitness=lambda s: -s.lean**2, maximum=0.0),
        Task("second", "other words", fitness=lambda s: s.lean, reduce="max"),
    ),
)
'''


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Writes environment files into a folder of one's own and works there."""
    (tmp_path / "environments").mkdir()
    monkeypatch.chdir(tmp_path)

    def write(name, source):
        (tmp_path / "environments" / f"{name}.py").write_text(source, encoding="utf-8")

    return write


def lines(**info):
    """Four steps of one environment: an episode with one number observed."""
    obs = np.array([0.0, 1.0, -2.0, 3.0, 0.5], dtype=np.float32)[:, None, None]
    blank = np.zeros((4, 1))
    return Transitions(
        obs=obs[:-1],
        next_obs=obs[1:],
        action=blank,
        terminated=np.array([[False], [False], [False], [True]]),
        truncated=blank.astype(bool),
        episode_step=np.arange(4)[:, None],
        simulator_reward=blank - 1,
        info={key: np.array(value)[:, None] for key, value in info.items()},
    )


# ---------------------------------------------------------------- loading


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_environment_says_what_a_person_needs_to_know(name):
    environment = load_environment(name)
    task = environment.task
    assert environment.description
    assert environment.chosen_backend == "envpool"
    assert set(environment.backends) == {"envpool", "gymnasium"}
    assert task.words.endswith(".")
    assert task.human_reward is not None
    for signal in environment.signals:
        assert signal.description
        if signal.low is not None and signal.high is not None:
            assert signal.low < signal.high


def test_all_shipped_environments_are_listed():
    assert set(SHIPPED) <= set(environment_names())


@pytest.mark.parametrize("backend", ["envpool", "gymnasium"])
@pytest.mark.parametrize("name", SHIPPED)
def test_signals_and_rewards_of_a_task_fit_its_backend(name, backend):
    environment = load_environment(name, backend=backend)
    simulator = make_backend(environment, [1, 2, 3])
    block, valid, _ = roll(simulator, 30, np.random.default_rng(0))
    view = environment.reader().view(block)
    for signal in environment.signals:
        value = view.get(signal.name)
        assert value.shape == (30, 3, *signal.shape)
        assert np.isfinite(value).all()
        # An episode ends where it leaves the range, and joints give a little at their limits.
        inside, slack = value[valid & ~block.terminated], 0.25 if "joint" in signal.name else 1e-5
        assert signal.low is None or (inside >= signal.low - slack).all()
        assert signal.high is None or (inside <= signal.high + slack).all()
    for kind in ("fitness", "sparse", "human"):
        reward = environment.task.baseline(kind)(view)
        assert reward.shape == (30, 3)
        assert np.isfinite(reward).all()


def test_a_folder_of_ones_own_wins(own):
    own("cartpole", OWN.format(words="mine"))
    own("new-world", OWN.format(words="new"))
    assert load_environment("cartpole").task.words == "mine"
    assert load_environment("cartpole").description == "My own: mine"
    assert load_environment("new-world").task.words == "new"
    assert load_environment("ant").signals
    assert {"new-world", "ant", "cartpole"} <= set(environment_names())


def test_a_task_is_chosen_by_its_name_and_the_first_otherwise(own):
    own("mine", OWN.format(words="mine"))
    assert load_environment("mine").task.name == "first"
    assert load_environment("mine/second").task.words == "other words"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "mountain-cart"}, "unknown environment 'mountain-cart'; did you mean mountain-"),
        ({"name": "zzz"}, "unknown environment 'zzz'; there is .*ant, .*cartpole"),
        ({"name": "ant/runn"}, "unknown task of 'ant': 'runn'; did you mean run"),
        (
            {"name": "ant", "backend": "gymnasum"},
            "unknown backend of 'ant'.* did you mean gymnasium",
        ),
        ({"name": "ant", "reduce": "summ"}, "unknown reduction 'summ'; did you mean sum"),
        ({"name": "ant", "fitness": "torso_hight"}, "'torso_hight'; did you mean torso_height"),
        ({"name": "ant", "fitness": "1 +"}, r"--fitness '1 \+' is not an expression"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(arguments, message):
    with pytest.raises(UsageError, match=message):
        load_environment(**arguments)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import no_such_simulator", "ModuleNotFoundError: No module named 'no_such_simulator'"),
        ("raise RuntimeError('no licence found')", "RuntimeError: no licence found"),
        ("environment = (", "SyntaxError"),
        ("something_else = 1", r"must define `environment = Environment\(\.\.\.\)`"),
    ],
)
def test_a_broken_file_is_unavailable_with_its_own_message(own, source, message):
    own("broken", source)
    with pytest.raises(EnvironmentUnavailable, match=message) as caught:
        load_environment("broken")
    assert "broken.py" in str(caught.value)
    assert caught.value.exit_code == 6


def test_a_specification_is_json_that_gives_the_same_environment_anywhere(own, monkeypatch):
    own("mine", OWN.format(words="mine"))
    environment = load_environment("mine/second", fitness="lean * 2", words="lean more")
    text = json.dumps(environment.specification)
    monkeypatch.chdir("/")
    again = environment_from_specification(json.loads(text))
    assert again.task.words == "lean more"
    assert again.task.name == "second"
    assert again.task.reduce == "max"
    obs = np.full((1, 1, 4), 3, dtype=np.float32)
    view = again.reader().view(lines())
    view = again.reader().view(Transitions(**{**fields(view.transitions), "next_obs": wide(obs)}))
    assert again.task.fitness(view).tolist() == [[6.0]] * 4


def fields(block):
    """The arrays of a block by name."""
    names = ("obs", "next_obs", "action", "terminated", "truncated", "episode_step")
    return {name: getattr(block, name) for name in (*names, "simulator_reward")}


def wide(obs):
    """The same observation on four rows."""
    return np.repeat(obs, 4, axis=0)


def test_signal_names_must_be_python_names_and_differ():
    height = Signal("height", "m", "height", lambda t: t.next_obs)
    for signals in ((height, height), (Signal("torso height", "m", "", lambda t: t.next_obs),)):
        with pytest.raises(UsageError, match="is taken or no Python identifier"):
            Environment(signals=signals, tasks=())


def test_an_environment_without_a_task_says_so():
    with pytest.raises(UsageError, match="'mine' declares no task"):
        _ = Environment(signals=(), tasks=(), name="mine").task


# ---------------------------------------------------------------- tasks


def test_typed_words_and_fitness_replace_the_tasks_own():
    environment = load_environment("mountain-car", words="swing", fitness="height - 0.1")
    task = environment.task
    assert (task.words, task.reduce, task.name) == ("swing", "max", "reach-flag")
    assert (task.maximum, task.success, task.sparse_reward) == (None, None, None)
    assert task.baseline("sparse") is task.fitness
    assert task.human_reward is not None


@pytest.mark.parametrize(
    ("reduce", "expected"),
    [("sum", 6.0), ("mean", 1.5), ("max", 4.0), ("min", -1.0), ("last", 4.0)],
)
def test_an_episodes_fitness_is_reduced_as_the_task_says(reduce, expected):
    task = Task("t", "words", fitness=lambda s: s.height, reduce=reduce)
    assert task.episode_fitness(np.array([1.0, -1.0, 2.0, 4.0])) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("height", [1, -2, 3, 0.5]),
        ("height - previous_height", [1, -3, 5, -2.5]),
        ("abs(height) + info.gain", [11, 22, 33, 40.5]),
        ("np.where(terminated, 1, 0)", [0, 0, 0, 1]),
        ("s.simulator_reward", [-1, -1, -1, -1]),
        ("2", [2, 2, 2, 2]),
    ],
)
def test_a_typed_fitness_reads_signals_info_and_numpy(expression, expected):
    reader = SignalReader([Signal("height", "m", "height", lambda t: t.next_obs[..., 0])])
    view = reader.view(lines(gain=[10.0, 20.0, 30.0, 40.0]))
    fitness = fitness_expression(expression, reader.names())
    assert fitness(view)[:, 0].tolist() == expected


def test_a_typed_fitness_with_an_unknown_entry_of_info_offers_the_nearest():
    fitness = fitness_expression("info.gian", ())
    with pytest.raises(UsageError, match="unknown entry of info 'gian'; did you mean gain"):
        fitness(SignalReader([]).view(lines(gain=[1.0, 2.0, 3.0, 4.0])))


def test_a_typed_fitness_has_no_builtins():
    with pytest.raises(UsageError, match="unknown signal in --fitness, 'open'"):
        fitness_expression("open('/etc/hostname')", ())


def test_an_unknown_reward_of_a_task_names_those_that_there_are():
    task = Task("t", "words", fitness=lambda s: s.height)
    with pytest.raises(UsageError, match="unknown reward of task 't', 'human'; there is fitness"):
        task.baseline("human")


# ---------------------------------------------------------------- what the shipped tasks count


def episode(name, seed, action, most):
    """The view of one episode of a shipped environment, with the policy `action(obs)`."""
    environment = load_environment(name)
    simulator = make_backend(environment, [seed])
    obs, rows = simulator.reset(), []
    for step in range(most):
        chosen = action(obs, simulator)
        result = simulator.step(chosen)
        rows.append((obs, chosen, np.array([step]), result))
        obs = result.obs
        if result.terminated[0] or result.truncated[0]:
            break
    view = environment.reader().view(block_of(rows))
    return environment.task, view, len(rows)


def totals(task, view):
    """Fitness of the episode, and what the sparse and human reward sum to."""
    fitness = task.episode_fitness(task.fitness(view)[:, 0])
    return fitness, *(float(task.baseline(kind)(view).sum()) for kind in ("sparse", "human"))


def test_cartpole_counts_the_steps_and_punishes_the_fall():
    task, view, length = episode("cartpole", 1, lambda obs, _: np.array([1]), 500)
    assert 7 <= length <= 12
    assert totals(task, view) == (length, -1, length)
    # Pushing towards the side to which the pole falls keeps it up for the whole 500 steps.
    balance = lambda obs, _: (obs[:, 2] + obs[:, 3] > 0).astype(np.int64)
    task, view, length = episode("cartpole", 1, balance, 600)
    assert length > 100
    assert totals(task, view)[0] == length
    assert task.maximum == 500


def test_mountain_car_counts_the_flag_only():
    swing = lambda obs, _: 2 * (obs[:, 1] >= 0).astype(np.int64)
    task, view, length = episode("mountain-car", 1, swing, 200)
    assert length < 200
    assert totals(task, view) == (1, 1, -length)
    task, view, length = episode("mountain-car", 1, lambda obs, _: np.array([1]), 200)
    assert length == 200
    assert totals(task, view) == (0, 0, -200)


def test_pendulum_counts_the_part_of_the_time_that_it_stands():
    rest = lambda obs, _: np.zeros((1, 1))
    task, view, length = episode("pendulum", 3, rest, 200)
    assert length == 200
    upright = float(np.mean(view.cos_angle > np.cos(0.25)))
    assert totals(task, view)[0] == pytest.approx(upright)
    assert upright < 0.2


@pytest.mark.parametrize("name", LOCOMOTION)
def test_locomotion_counts_metres_and_not_the_simulators_reward(name):
    rng = np.random.default_rng(0)
    act = lambda obs, simulator: random_actions(simulator.action_space, 1, rng)
    task, view, _ = episode(name, 1, act, 100)
    fitness, _, human = totals(task, view)
    seconds = {"half-cheetah": 0.05, "hopper": 0.008, "ant": 0.05}[name]
    assert fitness == pytest.approx(float(view.forward_velocity.sum()) * seconds, rel=1e-5)
    assert fitness != pytest.approx(human, rel=0.01)
    assert task.unit == "m"


FILE_WITH_A_SIMULATOR = """
from __future__ import annotations
from dataclasses import dataclass
import gymnasium
from rewardsmith.environments import Environment, Signal, Task

@dataclass(frozen=True)
class Limits:
    low: float = -1.0

class Room(gymnasium.Env):
    pass

gymnasium.register("RoomOfTests-v0", entry_point=Room)
environment = Environment(
    backends={"gymnasium": "RoomOfTests-v0"},
    signals=(Signal("x", "m", "where it is", lambda t: t.next_obs[..., 0], low=Limits().low),),
    tasks=(Task("go", "Go.", fitness=lambda s: s.x),),
)
"""


def test_a_file_with_dataclasses_and_a_simulator_of_its_own_loads_again_and_again(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "room.py").write_text(FILE_WITH_A_SIMULATOR)
    for _ in range(3):  # a warning would be an error here
        assert load_environment("room").signals[0].low == -1.0
    assert not [name for name in sys.modules if name.startswith("rewardsmith_environment")]
