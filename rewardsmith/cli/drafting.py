"""environment new: the beginning of an environment's file, from what its simulator says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from rewardsmith import resources
from rewardsmith.cli.looking import Json
from rewardsmith.cli.options import with_settings
from rewardsmith.cli.output import print_json, say
from rewardsmith.errors import StoreError, UsageError

SKETCH = "rewardsmith.training.sketching:sketch"


@with_settings("hang_seconds")
def environment_new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="writes environments/NAME.py")],
    *,
    backend: Annotated[
        str,
        typer.Option(
            metavar="BACKEND:ID",
            help="what executes it: envpool:ID, gymnasium:ID, playground:ID or mjx:MODEL.xml; "
            "the simulator that is called like NAME if not given",
        ),
    ] = "",
    words: Annotated[str, typer.Option("--task", help="what is wanted, in words")] = "",
    as_json: Json = False,
    flags: dict[str, Any],
) -> None:
    """Begin an environment's file, from what its simulator says of itself and does in a trial."""
    import msgspec

    from rewardsmith.config import load_config
    from rewardsmith.draft import Sketch, environment_source

    config, _ = load_config(flags)
    path = _free_path(name)
    found = msgspec.convert(_sketched(name, backend, config.hang_seconds), Sketch)
    words = " ".join(words.encode("utf-8", "replace").decode().split())
    _write(path, environment_source(name, found, words))
    lacks = [] if words else ["words"]
    if as_json:
        told = {"environment": name, "path": str(path), "lacks": [*lacks, "fitness"]}
        print_json({**told, "found": found})
    say(
        f"{path}: {found.identifier} of {found.backend}, {len(found.signals)} signals to begin with"
    )
    if (resources.bundled("environments") / path.name).is_file():
        say(f"here it goes before the environment {name} that came with rewardsmith")
    if not words:
        say(f"its task has no words yet: write into {path} what is wanted")
    say(f"rewardsmith environment check {name}")


def _free_path(name: str) -> Path:
    """Where the file goes; UsageError for what is no name, or where there is one already."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name):
        raise UsageError(
            f"{name!r} is no name for an environment; take letters, digits and dashes: swimmer-2"
        )
    path = Path("environments") / f"{name}.py"
    if path.exists() or path.is_symlink():
        raise UsageError(f"{path} is there already and stays as it is; choose another name")
    return path


def _sketched(name: str, backend: str, patience: float) -> Any:
    """The sketch, from a process that the simulator may end."""
    from rewardsmith.backends.probing import call_apart

    return call_apart(SKETCH, name, patience, {"name": name, "backend": backend})


def _write(path: Path, text: str) -> None:
    """A new file; what appeared there meanwhile is not touched."""
    try:
        path.parent.mkdir(exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise UsageError(f"{error.filename} is there already and stays as it is") from error
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror or error}") from error
