"""environment check: whether a person's own environment keeps what its file says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from rewardsmith.cli.looking import Json
from rewardsmith.cli.options import with_settings
from rewardsmith.cli.output import print_json, say, tell
from rewardsmith.cli.testing import Backend
from rewardsmith.errors import UsageError, unknown_name

INSPECT = "rewardsmith.training.inspection:inspect"
FAULTY = 2


@with_settings("hang_seconds")
def environment_check(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="an environment's file, or ENVIRONMENT[/TASK]")
    ],
    *,
    backend: Backend = "",
    as_json: Json = False,
    flags: dict[str, Any],
) -> None:
    """Try an environment: what is declared, against a few steps; exit code 2 where it is wrong."""
    from rewardsmith.config import load_config
    from rewardsmith.errors import BackendUnavailable, RewardsmithError

    config, _ = load_config(flags)
    specification = _specification(file, backend)
    try:
        checks = _inspected(specification, config.hang_seconds)
    except BackendUnavailable:
        raise
    except RewardsmithError as error:  # its process ended or fell silent
        checks = [{"name": "simulator", "passed": False, "sentence": str(error)}]
    passed = all(check["passed"] for check in checks)
    if as_json:
        print_json({"environment": specification["name"], "passed": passed, "checks": checks})
    else:
        _tell(checks)
    if not passed:
        raise typer.Exit(FAULTY)
    say(_how_to_go_on(specification))


def _how_to_go_on(specification: Mapping[str, Any]) -> str:
    """The next command, for which the file has to lie where environments are looked for."""
    from rewardsmith.environments import environment_path

    name, path = specification["name"], Path(specification["path"])
    known = environment_path(name)
    if known is not None and known.resolve() == path.resolve():
        return f"rewardsmith environment show {name}"
    return f"copy {path} to environments/{name}.py; rewardsmith environment show {name}"


def _specification(file: str, backend: str) -> dict[str, Any]:
    """What is loaded: a file, wherever it lies, or an environment by its name."""
    from rewardsmith.environments import environment_names, environment_path

    if file.startswith("gymnasium:"):
        raise UsageError(f"{file} has no file that could be checked; evolve tries it by itself")
    name, _, task = file.partition("/")
    path = environment_path(name)
    if file.endswith(".py"):
        path, name, task = Path(file), Path(file).stem, ""
    elif path is None:
        raise UsageError(unknown_name("environment", name, environment_names()))
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    given = {"path": str(path), "source": source, "task": task}
    return {"name": name, "backend": backend, **given}


def _inspected(specification: dict[str, Any], patience: float) -> list[dict[str, Any]]:
    """The checks, from a process that the environment may end."""
    from rewardsmith.backends.probing import call_apart

    return call_apart(INSPECT, specification["name"], patience, {"specification": specification})


def _tell(checks: Sequence[dict[str, Any]]) -> None:
    """A line for each."""
    for check in checks:
        mark = "warning" if check.get("warning") else "ok" if check["passed"] else "wrong"
        tell(f"{mark:8}{check['name']}: {check['sentence']}")
