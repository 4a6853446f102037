"""Inspection: what an environment's file says, tried on real steps."""

import itertools

import pytest

from rewardsmith import resources
from rewardsmith.training.inspection import inspect

SOURCE = '''
"""A dot that is pushed along a line."""

import gymnasium
import numpy as np

from rewardsmith.environments import Environment, Signal, Task


class Dot(gymnasium.Env):
    observation_space = gymnasium.spaces.Box(-np.inf, np.inf, (2,), np.float32)
    action_space = gymnasium.spaces.Box(-1.0, 1.0, (1,), np.float32)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.at = self.np_random.uniform(-1.0, 1.0)
        return self.seen(), {}

    def seen(self):
        return np.array([self.at, 3.0], np.float32)

    def step(self, action):
        self.at += 0.1 * float(action[0])
        return self.seen(), 0.0, abs(self.at) > 2.0, False, {}


gymnasium.register("Dot-v0", entry_point=Dot, max_episode_steps=40)
environment = Environment(
    backends={"gymnasium": "Dot-v0"},
    signals=(Signal("place", "m", "where the dot is", lambda t: t.next_obs[..., 0]),),
    tasks=(
        Task(
            "centre",
            "Bring the dot to the centre.",
            fitness=lambda s: -np.abs(s.place),
            unit="m",
            events={"left": lambda s: s.place < 0.0},
        ),
    ),
)
'''
NUMBERS = itertools.count()


def checked(before="", after=""):
    """What is told of the dot, a line of which is written otherwise."""
    assert before in SOURCE
    source = SOURCE.replace(before, after) if before else SOURCE
    source = source.replace("Dot-v0", f"Dot{next(NUMBERS)}-v0")
    return inspect(specification={"name": "dot", "source": source, "path": "dot.py"})


def marked(checks):
    """The names of what is wrong, and of what is worth a look."""
    wrong = [check["name"] for check in checks if not check["passed"]]
    return wrong, [check["name"] for check in checks if check.get("warning")]


def test_of_a_sound_environment_everything_is_told_to_hold():
    checks = checked()
    assert marked(checks) == ([], [])
    told = {check["name"]: check["sentence"] for check in checks}
    assert told["declarations"] == "1 signals; tasks: centre"
    assert "observations (2,), actions (1,), episodes of 40 steps at most" in told["simulator"]
    assert told["determinism"] == "8 seeds, 200 steps: twice the same, bit for bit"
    assert told["words"].endswith("units: m")
    assert told["events of centre"].startswith("left on ")
    assert int(told["speed"].split()[0].replace(",", "")) > 0


@pytest.mark.parametrize(
    ("before", "after", "name", "sentence"),
    [
        ('"m", "where', '3, "where', "declarations", "its unit is 3"),
        ("self.np_random.uniform", "self.missing", "simulator", "missing"),
        ("float(action[0])", "np.random.normal()", "determinism", "next_obs is another one from"),
        ("next_obs[..., 0]", "next_obs[..., 7]", "signals", "'place' cannot be computed"),
        ("next_obs[..., 0]", "next_obs", "signals", "has shape (200, 8, 2), expected (200, 8)"),
        ("next_obs[..., 0]", "obs[..., 0] + np.inf", "finite", "every transition: place"),
        ("abs(s.place)", "abs(s.palce)", "fitness of centre", "did you mean place"),
        ("abs(s.place)", "max(s.place)", "fitness of centre", "has shape ()"),
        ('unit="m"', 'maximum=-99.0, unit="m"', "fitness of centre", "above the maximum"),
        (
            "-np.abs(s.place)",
            "s.place - np.mean(s.place)",
            "rewards of centre",
            "its value changes with the rows beside it",
        ),
        (
            'unit="m"',
            'human_reward=lambda s: s.simulator_reward[0], unit="m"',
            "rewards of centre",
            "its human reward has shape (8,)",
        ),
        ("s.place < 0.0", "s.place", "events of centre", "give one truth value for each"),
    ],
)
def test_what_does_not_hold_is_named(before, after, name, sentence):
    checks = checked(before, after)
    wrong, _ = marked(checks)
    assert name in wrong
    assert sentence in next(check["sentence"] for check in checks if check["name"] == name)


@pytest.mark.parametrize(
    ("before", "after", "name", "sentence"),
    [
        ("self.np_random.uniform(-1.0, 1.0)", "0.5", "seeds", "all 8 seeds begin with the same"),
        ("_obs[..., 0])", "_obs[..., 0], high=0.5)", "ranges", "is declared from … to 0.5 and was"),
        ("_obs[..., 0])", "_obs[..., 1])", "changes", "the same on every transition: place"),
        ('"where the dot is"', '""', "words", "without a description: place"),
        ("-np.abs(s.place)", "(s.place > 9.0) * 1.0", "fitness of centre", "0 to 0 m on"),
    ],
)
def test_what_may_be_meant_is_a_warning_and_no_fault(before, after, name, sentence):
    checks = checked(before, after)
    wrong, warned = marked(checks)
    assert not wrong
    assert name in warned
    assert sentence in next(check["sentence"] for check in checks if check["name"] == name)


@pytest.mark.parametrize("name", resources.names("environments", ".py"))
def test_the_declared_ranges_of_a_bundled_environment_hold_on_every_step(name):
    path = resources.bundled("environments") / f"{name}.py"
    given = {"name": name, "source": path.read_text(), "path": str(path)}
    found = {check["name"]: check for check in inspect(specification=given)}
    assert not found["ranges"].get("warning"), found["ranges"]["sentence"]
    assert all(check["passed"] for check in found.values())
