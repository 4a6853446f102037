"""What the README shows works as it stands there."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from rewardsmith import load_environment
from rewardsmith.backends import make_backend
from rewardsmith.cli.app import app

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, re.DOTALL)


def commands():
    """Every command line of rewardsmith in the README, without its comment."""
    for _, text in BLOCKS:
        for line in text.splitlines():
            if line.startswith("rewardsmith "):
                yield line.partition("  #")[0].strip()


def known_options(command):
    """The option names of a (sub)command, from its --help."""
    from typer.testing import CliRunner

    result = CliRunner().invoke(app, [*command, "--help"])
    assert result.exit_code == 0, result.output
    return set(re.findall(r"--[a-z][a-z-]*", result.output))


@pytest.mark.parametrize("line", sorted(set(commands())))
def test_every_command_in_the_readme_exists_with_its_options(line):
    words = shlex.split(line)[1:]
    groups = {"environment", "config", "model"}
    command = words[:2] if words[0] in groups else words[:1]
    typed = {word for word in words if word.startswith("--")}
    assert typed <= known_options(command)


@pytest.mark.parametrize("backend", ["envpool", "gymnasium"])
def test_the_readmes_own_environment_loads_and_steps(backend, tmp_path, monkeypatch):
    (source,) = [
        text for kind, text in BLOCKS if kind == "python" and "environment = Environment(" in text
    ]
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "reacher.py").write_text(source)
    monkeypatch.chdir(tmp_path)
    environment = load_environment("reacher", backend=backend)
    simulator = make_backend(environment, [0, 1])
    try:
        simulator.reset()
        step = simulator.step(np.zeros((2, 2)))
    finally:
        simulator.close()
    # the fingertip lies at most the arm's length and the target's circle away
    offset = np.linalg.norm(step.obs[:, 8:10], axis=-1)
    assert ((offset > 0.0) & (offset < 0.5)).all()


def test_the_makefile_has_the_two_commands():
    text = (ROOT / "Makefile").read_text()
    assert re.search(r"^run:", text, re.MULTILINE)
    assert re.search(r"^test:", text, re.MULTILINE)


def test_the_simulator_that_the_readme_makes_is_the_one_that_was_tested():
    (block,) = [text for kind, text in BLOCKS if "ManagerBasedRlEnv(" in text]
    compile(block, "README.md", "exec")
    tested = (ROOT / "tests" / "backends" / "test_mjlab.py").read_text()
    making, _, reading = block.partition("\nsimulator = TensorSimulator(")
    assert all(line in tested for line in making.splitlines())
    assert reading.strip().removesuffix(")") in tested.replace("(\n        make, {", "make, {")
