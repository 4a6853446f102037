"""Third parties' simulators that give something else than Gymnasium's interface says."""

from types import MappingProxyType

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Box, Dict, Discrete

from rewardsmith.backends import make_backend
from rewardsmith.backends.gymnasium import probe
from rewardsmith.backends.replies import read_reset, read_step, words_of
from rewardsmith.environments import Environment, Task
from rewardsmith.errors import EnvironmentUnavailable


class Sound(gymnasium.Env):
    """Float64 observations without bounds, episodes of four steps."""

    observation_space = Box(-np.inf, np.inf, (2,), np.float64)
    action_space = Discrete(2)
    info = MappingProxyType({})

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.steps = 0
        return self.obs(), {}

    def obs(self):
        return np.array([0.5, self.steps])

    def step(self, action):
        self.steps += 1
        return self.obs(), 1.0, self.steps == 4, False, self.info


def simulator_with(**changes):
    """The id of a simulator that differs from the sound one in this."""
    kind = type("Changed", (Sound,), changes)
    identifier = f"RewardsmithChanged{len(gymnasium.registry)}-v0"
    gymnasium.register(identifier, kind)
    return identifier


FAULTS = [
    (
        {"step": lambda s, a: (s.obs(), 1.0, False, {})},
        r"`step` must give \(observation, reward, terminated, truncated, info\), not 4 values",
    ),
    (
        {"reset": lambda s, **_: np.zeros(2)},
        r"`reset` must give \(observation, info\), not ndarray",
    ),
    (
        {"step": lambda s, a: (s.obs(), np.zeros(2), False, False, {})},
        r"the reward of a step must be one number, not array\(\[0., 0.\]\)",
    ),
    ({"step": lambda s, a: (s.obs(), None, False, False, {})}, "one number, not None"),
    ({"step": lambda s, a: (s.obs(), 1.0, None, False, {})}, "must be truth values, not None"),
    (
        {"step": lambda s, a: (s.obs(), 1.0, False, False, None)},
        "the info of `step` must be a dict, not NoneType",
    ),
    ({"step": lambda s, a: {}["torque"]}, "broke: KeyError: 'torque'"),
    ({"step": lambda s, a: int("")}, r"broke: invalid literal for int\(\)"),
]
MISFITS = [
    ({"obs": lambda s: np.zeros(3)}, r"it has shape \(3,\), the space \(2,\)"),
    ({"obs": lambda s: np.zeros(1 + s.steps % 2)}, "not of its space"),
    ({"obs": lambda s: "hello"}, "not of its space"),
    (
        {
            "observation_space": Dict(a=Box(-1, 1, (2,)), b=Discrete(3)),
            "obs": lambda s: {"a": np.zeros(2)},
        },
        "not of its space: KeyError: 'b'",
    ),
]


def step_through(identifier):
    task = Task("t", "words", fitness=lambda s: s.simulator_reward)
    environment = Environment(signals=(), tasks=(task,), backends={"gymnasium": identifier})
    simulator = make_backend(environment, [1, 2])
    simulator.reset()
    for _ in range(3):
        simulator.step(np.zeros(2, int))


@pytest.mark.parametrize(("changes", "said"), [*FAULTS, *MISFITS])
def test_what_is_wrong_with_a_simulators_reply_is_told_to_its_author(changes, said):
    identifier = simulator_with(**changes)
    for look in (probe, step_through):
        with pytest.raises(EnvironmentUnavailable, match=f"^{identifier} .*{said}"):
            look(identifier)


def test_rewards_and_ends_may_come_as_arrays_of_one():
    flags = np.array([True]), np.zeros((), dtype=bool)
    obs, reward, terminated, truncated, info = read_step((3, np.array([2.5]), *flags, {"a": 1}))
    assert (obs, reward, terminated, truncated, info) == (3, 2.5, True, False, {"a": 1})
    assert read_reset((3, {})) == (3, {})


def test_only_what_has_a_name_and_is_finite_is_an_entry_of_info():
    info = {
        "v": np.inf,
        "w": 1.0,
        3: 1.0,
        ("t", 1): 2.0,
        "x": np.nan,
        "ok": np.zeros(2),
        "y": 10**400,
    }
    assert probe(simulator_with(info=info))["info"] == {"w": [], "ok": [2]}


def test_an_exception_without_words_is_told_by_its_class():
    assert words_of(ValueError()) == "ValueError"
    assert words_of(KeyError("torque")) == "KeyError: 'torque'"
    assert words_of(OSError("no such port")) == "no such port"
