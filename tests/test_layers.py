"""Imports go up the list only, stages never import each other, heavy packages come late."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import rewardsmith

PACKAGE = Path(rewardsmith.__file__).parent
LAYERS = {
    0: {"errors", "records", "stats", "text"},
    1: {
        *{
            "config",
            "resources",
            "signals",
            "declarations",
            "environments",
            "reward",
            "wrappers",
            "wrappers_sb3",
        },
        *{
            "language",
            "stepper",
            "pulse",
            "bank",
            "leaks",
            "own_code",
            "bank_file",
            "channel",
            "llm",
            "templates",
        },
        *{"sandbox", "backends", "executor", "cluster", "shards", "store", "versions"},
        *{"simulators", "gpus", "draft"},
    },
    2: {
        "proposers",
        "critic",
        "training",
        "analyzer",
        "archive",
        "feedback",
        "tuning",
        "preference",
    },
    3: {
        *{"search", "plan", "workshop", "outputs", "run", "api", "exporters", "report", "tensor"},
        *{"analysis", "plots", "bench", "comparison", "advice", "strategy", "telling", "readings"},
        "diagnosis",
    },
    4: {"cli", "observers", "__main__"},
}
LEVEL = {name: level for level, names in LAYERS.items() for name in names}
HEAVY = (
    *("torch", "litellm", "openai", "stable_baselines3", "mujoco", "envpool", "gymnasium"),
    *("rsl_rl", "skrl", "tensordict", "jax", "ray", "submitit", "matplotlib"),
)


def modules():
    return sorted(p for p in PACKAGE.rglob("*.py") if "_bundled" not in p.parts)


def unit_of(path):
    """The top-level unit that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_units(path):
    """The units of the package that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "rewardsmith":
            yield from (alias.name for alias in node.names if alias.name in LEVEL)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rewardsmith."):
            yield node.module.split(".")[1]
        elif isinstance(node, ast.Import):
            names = [a.name for a in node.names if a.name.startswith("rewardsmith.")]
            yield from (name.split(".")[1] for name in names)


def test_every_module_has_its_place_in_the_layers():
    assert {unit_of(path) for path in modules()} - {"__init__"} == set(LEVEL)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_up_the_list_only(path):
    unit = unit_of(path)
    if unit == "__init__":
        return
    for other in imported_units(path):
        assert LEVEL[other] <= LEVEL[unit], f"{unit} imports {other}, which lies above it"
        stages = LEVEL[unit] == LEVEL[other] == 2
        assert not (stages and unit != other), f"stage {unit} imports stage {other}"


@pytest.mark.parametrize("command", ["import rewardsmith", "import rewardsmith.cli.app"])
def test_neither_the_package_nor_the_command_line_loads_a_heavy_package(command):
    program = f"{command}\nimport sys\nprint([n for n in {HEAVY!r} if n in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
