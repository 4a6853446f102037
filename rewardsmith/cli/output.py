"""What commands print: JSON alone on stdout, everything for people on stderr."""

from __future__ import annotations

import sys
from typing import Any

import msgspec

from rewardsmith.errors import RewardsmithError
from rewardsmith.text import visible

SCHEMA = 1


def print_json(value: Any) -> None:
    """One line of JSON on stdout, an object with `schema`."""
    plain = msgspec.to_builtins(value)
    body = plain if isinstance(plain, dict) else {"value": plain}
    sys.stdout.write(msgspec.json.encode({"schema": SCHEMA, **body}).decode() + "\n")
    sys.stdout.flush()


def say(text: str = "") -> None:
    """A line for people, on stderr."""
    sys.stderr.write(visible(text) + "\n")
    sys.stderr.flush()


def tell(text: str) -> None:
    """What was asked for, on stdout, for people or for a file of theirs."""
    sys.stdout.write(visible(text) + "\n")


def console() -> Any:
    """A rich console on stderr."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def report_error(error: RewardsmithError, *, as_json: bool) -> None:
    """The one sentence of an error; with `--json` an object as well."""
    say(f"error: {error}")
    if as_json:
        kind = type(error).__name__
        print_json({"error": {"kind": kind, "message": str(error), "exit_code": error.exit_code}})
