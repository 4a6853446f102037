"""Sketching: the draft of an environment's file says what the simulator is, and can be checked."""

import gymnasium
import msgspec
import numpy as np
import pytest
from gymnasium.spaces import Box, Dict, Discrete

from rewardsmith.draft import Quantity, Sketch, environment_source
from rewardsmith.environments import MjxSimulator, environment_from_specification
from rewardsmith.errors import EnvironmentUnavailable, UsageError
from rewardsmith.training.inspection import inspect
from rewardsmith.training.sketching import sketch


class Rooms(gymnasium.Env):
    """A dict observation whose names are reserved, taken or no names at all."""

    observation_space = Dict(
        {
            "at": Box(np.array([-9.0, -4.0]), np.array([9.0, 4.0]), (2,), np.float64),
            "goal.room": Discrete(3, start=1),
            "goal_room": Box(0.0, np.inf, (1,), np.float32),
            "class": Box(-0.001, 0.001, (2, 2), np.float32),
        }
    )
    action_space = Box(-1.0, 1.0, (2,), np.float32)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.at = self.np_random.uniform(-1.0, 1.0, 2)
        return self.seen(), {}

    def seen(self):
        high, room = np.abs(self.at[:1]), 1 + int(self.at[0] > 0)
        spread = np.tile(self.at, (2, 1))
        return {"at": self.at, "goal.room": room, "goal_room": high, "class": spread}

    def step(self, action):
        self.at = np.clip(self.at + 0.1 * action, -4.0, 4.0)
        told = {"reward_near": 1.0, "success": False, "gravity": 9.81, "a b": self.at[0]}
        return self.seen(), 0.0, False, False, told


gymnasium.register("Rooms-v0", entry_point=Rooms, max_episode_steps=30)


def drafted(backend, words="Do it."):
    """The sketch, and the source of the file."""
    found = msgspec.convert(sketch(name="mine", backend=backend), Sketch)
    return found, environment_source("mine", found, words)


def checked(source):
    return inspect(specification={"name": "mine", "source": source, "path": "mine.py"})


@pytest.mark.parametrize(
    ("backend", "signals"),
    [
        ("envpool:CartPole-v1", ["state"]),
        ("envpool:HalfCheetah-v5", ["state", "x_position", "x_velocity"]),
        ("envpool:CheetahRun-v1", ["position", "velocity"]),
        ("gymnasium:Rooms-v0", ["at", "part_class", "goal_room", "part_goal_room", "a_b"]),
        ("gymnasium:FrozenLake-v1", ["state"]),
    ],
)
def test_a_draft_passes_the_check_as_it_stands_and_with_its_example_of_a_fitness(backend, signals):
    found, source = drafted(backend)
    assert [signal.name for signal in found.signals] == signals
    assert all(len(line) <= 100 for line in source.splitlines())
    loaded = environment_from_specification({"name": "mine", "source": source})
    assert not loaded.task.measured
    example = source
    for line in ("fitness=", "reduce=", "unit=", "human_reward="):
        example = example.replace(f"# {line}", line)
    assert example.count("# ") == source.count("# ") - 4
    told = [check for check in checked(example) if not check["passed"] or check.get("warning")]
    # FrozenLake has one beginning, and random steps may gain nothing
    assert {check["name"] for check in told} <= {"seeds", "fitness of task"}, told
    assert all(check["passed"] for check in told)


def test_bounds_are_those_of_the_space_where_it_has_them_and_keeps_them():
    found, _ = drafted("gymnasium:Rooms-v0")
    ends = {signal.name: (signal.low, signal.high) for signal in found.signals}
    assert ends["at"] == (-9.0, 9.0)
    assert ends["part_goal_room"] == (0.0, None)
    assert ends["part_class"] == (None, None)  # it says 0.001, and goes on to 4
    assert ends["goal_room"] == (1, 3)
    # EnvPool writes the least and the largest number that there is where there is no bound
    found, _ = drafted("envpool:CheetahRun-v1")
    assert {(signal.low, signal.high) for signal in found.signals} == {(None, None)}


def test_what_may_tell_the_reward_or_never_changes_is_no_signal_and_is_told():
    found, source = drafted("gymnasium:Rooms-v0")
    assert (found.hidden, found.still) == (("reward_near", "success"), ("gravity",))
    assert "# Hidden, for they may tell the simulator's reward: reward_near, success.\n" in source
    assert "# The same on every step of the trial: gravity.\n" in source


def test_every_choice_can_be_put_in_place_of_the_whole_observation():
    _, source = drafted("envpool:CartPole-v1")
    before, _, rest = source.partition("        Signal(\n")
    whole, _, after = rest.partition("        ),\n")
    assert "lambda t: t.next_obs," in whole
    source = before + after.replace("# Signal(", "Signal(")
    signals = environment_from_specification({"name": "mine", "source": source}).signals
    assert [s.name for s in signals] == ["state_0", "state_1", "state_2", "state_3"]
    assert (signals[0].low, signals[0].high, signals[1].low) == (-4.8, 4.8, None)


def test_a_draft_without_words_asks_for_them_and_for_nothing_else():
    _, source = drafted("envpool:CartPole-v1", words="")
    (wrong,) = checked(source)
    assert wrong["sentence"].endswith("its words are ''; say what is wanted in a sentence")


def test_words_of_any_length_with_any_quotes_stay_what_they_are():
    words = 'Keep "it" up, \\ that is, ' + "again and again, " * 20 + "for good."
    _, source = drafted("envpool:CartPole-v1", words)
    assert all(len(line) <= 100 for line in source.splitlines())
    assert environment_from_specification({"name": "mine", "source": source}).task.words == words


def test_a_models_path_is_told_to_the_backend_alone():
    found = Sketch(
        backend="mjx",
        identifier="/home/me/rod.xml",
        observed="2 numbers",
        acts="1 number as action, from -1 to 1",
        time_limit=1000,
        seconds=None,
        steps=1600,
        signals=(Quantity(name="state", description="all", value="t.next_obs", shape=(2,)),),
    )
    loaded = environment_from_specification(
        {"name": "rod", "source": environment_source("rod", found, "Stand up.")}
    )
    assert loaded.backends == {"mjx": "/home/me/rod.xml"}
    assert loaded.description.startswith("rod.xml of MJX.\n")
    assert isinstance(loaded.simulator, MjxSimulator)


@pytest.mark.parametrize(
    ("name", "backend", "found"),
    [
        ("half-cheetah", "", ("envpool", "HalfCheetah-v5")),
        ("CartPole", "gymnasium", ("gymnasium", "CartPole-v1")),
    ],
)
def test_without_an_id_the_latest_version_that_is_called_alike_is_drafted(name, backend, found):
    sketched = sketch(name=name, backend=backend)
    assert (sketched["backend"], sketched["identifier"]) == found


@pytest.mark.parametrize(
    ("name", "backend", "error", "sentence"),
    [
        ("mine", "envpool:CartPol-v1", UsageError, "did you mean CartPole-v1"),
        ("mine", "gymnasium:CartPol-v1", UsageError, "did you mean CartPole-v1"),
        ("mine", "gymnasium:nowhere:Arm-v0", UsageError, "No module named 'nowhere'"),
        ("mine", "envpol:CartPole-v1", UsageError, "did you mean envpool"),
        ("mine", "mjlab:Cartpole", UsageError, "is made by a function that its author writes"),
        ("mine", "mjx", UsageError, "--backend mjx:MODEL.xml"),
        ("cheetah-runs", "", UsageError, "--backend envpool:CheetahRun-v1 or"),
        ("mine", "gymnasium:Blackjack-v1", EnvironmentUnavailable, "observes Tuple"),
    ],
)
def test_what_cannot_be_drafted_is_said_in_a_sentence(name, backend, error, sentence):
    with pytest.raises(error) as raised:
        sketch(name=name, backend=backend)
    assert sentence in str(raised.value)
