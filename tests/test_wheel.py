"""What a person gets who installs the package: the wheel, away from the checkout."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import searches

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The wheel's content in a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    command += ["--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    target = folder / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def run(installed, folder, *words):
    """The command line from the wheel's content, in a folder outside the checkout."""
    environ = {**os.environ, "PYTHONPATH": str(installed)}
    return subprocess.run(
        [sys.executable, "-m", "rewardsmith", *words],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_carries_prompts_environments_and_templates(installed):
    bundled = installed / "rewardsmith" / "_bundled"
    shipped = {path.name for path in (ROOT / "environments").glob("*.py")}
    assert {path.name for path in (bundled / "environments").glob("*.py")} == shipped
    shipped = {path.name for path in (ROOT / "prompts").glob("*.j2")}
    assert {path.name for path in (bundled / "prompts").glob("*.j2")} == shipped
    assert (installed / "rewardsmith" / "report" / "card.md.j2").is_file()
    assert not (installed / "tests").exists()


def test_the_wheel_runs_outside_the_checkout_with_its_own_files(installed, tmp_path):
    listed = run(installed, tmp_path, "environment", "list", "--json")
    paths = [entry["path"] for entry in json.loads(listed.stdout)["environments"]]
    assert paths
    assert all(path.startswith(str(installed)) for path in paths)
    flags = searches.flags(generations=1, candidates=2)
    result = run(installed, tmp_path, "evolve", "cartpole", "--run", "one", *flags)
    assert result.returncode in {0, 3}, result.stderr
    assert (tmp_path / "one" / "best.py").is_file()
