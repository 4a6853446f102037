"""A Gymnasium id is looked at in a process of its own: whatever it does, a sentence comes of it."""

import re
from pathlib import Path

import gymnasium
import numpy as np
import pytest

from rewardsmith import resources
from rewardsmith.backends.probing import probe_apart
from rewardsmith.cli import main
from rewardsmith.environments import environment_path, load_environment
from rewardsmith.errors import EnvironmentUnavailable, UsageError

ARMS = """
import os, signal, sys
import gymnasium
import numpy as np

KEYS = [name for name in os.environ if name.endswith("_API_KEY")]

class Arm(gymnasium.Env):
    observation_space = gymnasium.spaces.Box(-1, 1, (2,))
    action_space = gymnasium.spaces.Discrete(2 + len(KEYS))

    def __init__(self, place="", fault=""):
        self.faults = {place: fault}
        self.suffer("init")

    def suffer(self, place):
        if place in self.faults:
            exec(self.faults[place])

    def reset(self, **_):
        self.suffer("reset")
        return np.zeros(2, np.float32), {}

    def step(self, action):
        self.suffer("step")
        return np.zeros(2, np.float32), 0.0, True, False, {}

FAULTS = {
    "Hangs": "signal.pause()",
    "Exits": "os._exit(3)",
    "Leaves": "raise SystemExit(4)",
    "Speaks": "os.write(2, b'ERROR: the arm is\\\\x1b[2J unplugged\\\\n'); os.abort()",
    "Falls": "os.kill(os.getpid(), signal.SIGSEGV)",
    "Raises": "raise OSError('no such port')",
}
gymnasium.register("Arm-v0", entry_point=Arm)
for name, fault in FAULTS.items():
    for place in ("init", "reset", "step"):
        told = {"place": place, "fault": fault}
        gymnasium.register(f"{name}{place.title()}-v0", entry_point=Arm, kwargs=told)
"""
TASK = ["--task", "hold", "--fitness", "0.0"]


@pytest.fixture
def arms(tmp_path, monkeypatch):
    """A third party's module with simulators in a folder of its own."""
    (tmp_path / "third_arms.py").write_text(ARMS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.parametrize(
    ("identifier", "said"),
    [
        ("ExitsInit-v0", r"ended the training process \(exit status 3\)"),
        ("LeavesReset-v0", r"ended the training process"),
        (
            "SpeaksStep-v0",
            r"seems to crash: .*SIGABRT.*; its last words: ERROR: the arm is.*plugged",
        ),
        ("FallsReset-v0", "seems to crash: .*SIGSEGV"),
        ("RaisesInit-v0", "does not start: no such port"),
        ("RaisesStep-v0", "broke: no such port"),
    ],
)
def test_a_simulator_that_ends_or_crashes_is_told_and_takes_nothing_along(arms, identifier, said):
    with pytest.raises(EnvironmentUnavailable, match=said):
        probe_apart(f"third_arms:{identifier}")


@pytest.mark.parametrize("place", ["Init", "Reset", "Step"])
def test_a_simulator_that_hangs_is_ended_on_the_command_line(arms, capfd, place):
    words = ["evolve", f"gymnasium:third_arms:Hangs{place}-v0", *TASK, "--hang-seconds", "3"]
    assert main(words) == 6
    out, err = capfd.readouterr()
    assert out == ""
    assert f"Hangs{place}-v0': its simulator hangs: no sign of life for 3 s" in err
    assert "--hang-seconds" in err


def test_no_key_is_in_a_strangers_reach(arms, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    assert probe_apart("third_arms:Arm-v0")["action_space"] == "Discrete(2)"


def test_an_id_that_only_the_calling_program_knows_is_looked_at_there():
    class Own(gymnasium.Env):
        observation_space = gymnasium.spaces.Box(-1, 1, (3,))
        action_space = gymnasium.spaces.Discrete(2)

        def reset(self, **_):
            return np.zeros(3, np.float32), {}

        def step(self, action):
            return np.zeros(3, np.float32), 0.0, True, False, {}

    gymnasium.register("RewardsmithOwn-v0", Own)
    assert probe_apart("RewardsmithOwn-v0")["observation_shape"] == [3]
    with pytest.raises(UsageError, match="unknown Gymnasium id"):
        load_environment("gymnasium:RewardsmithOwn-v7", words="go", fitness="0.0")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("os._exit(0)", r"ended the training process \(exit status 0\)"),
        ("os.abort()", "seems to crash: .*SIGABRT"),
        ("signal.pause()", "hangs: no sign of life for 3 s"),
        ("raise OSError('no port')", "does not load: OSError: no port"),
    ],
)
def test_a_file_that_ends_crashes_or_hangs_when_it_is_loaded_is_told(arms, capfd, fault, said):
    (Path.cwd() / "environments").mkdir()
    (Path.cwd() / "environments" / "arm.py").write_text(f"""
import os, signal
from rewardsmith.environments import Environment, Task
{fault}
environment = Environment(
    signals=(), tasks=(Task("t", "x", fitness=lambda s: s.obs[..., 0]),),
    backends={{"envpool": "CartPole-v1"}},
)
""")
    assert main(["evolve", "arm", "--hang-seconds", "3"]) == 6
    assert re.search(said, capfd.readouterr().err)
    assert not (Path.cwd() / "runs").exists()


def test_a_file_that_came_with_the_package_is_loaded_here_alone():
    assert resources.is_bundled(environment_path("ant"))
    assert not resources.is_bundled(Path("/elsewhere/environments/ant.py"))
