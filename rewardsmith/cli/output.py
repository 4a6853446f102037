"""What commands print: JSON alone on stdout, everything for people on stderr."""

from __future__ import annotations

import errno
import json
import os
import sys
from contextlib import suppress
from typing import Any, TextIO

import msgspec

from rewardsmith.errors import RewardsmithError
from rewardsmith.text import visible

SCHEMA = 1
_NOBODY_READS = frozenset({errno.EPIPE, errno.EIO})
"""What a closed pipe and a closed terminal say."""


class OutputLost(Exception):
    """What was to be told cannot be written: nobody reads it any more, or its disk is full."""

    def __init__(self, error: OSError) -> None:
        super().__init__(f"cannot write the output: {error.strerror or error}")
        self.unread = error.errno in _NOBODY_READS


def print_json(value: Any) -> None:
    """One line of JSON on stdout, an object with `schema`."""
    plain = msgspec.to_builtins(value)
    body = {"schema": SCHEMA, **(plain if isinstance(plain, dict) else {"value": plain})}
    text = msgspec.json.encode(body).decode()
    if not _takes(sys.stdout, text):
        text = json.dumps(body)
    _write(sys.stdout, text + "\n")


def tell(text: str = "") -> None:
    """What was asked for, on stdout, for people or for a file of theirs."""
    _write(sys.stdout, _readable(sys.stdout, text) + "\n")


def say(text: str = "") -> None:
    """A line for people, on stderr."""
    _write(sys.stderr, _readable(sys.stderr, text) + "\n")


def say_from_handler(text: str) -> None:
    """The same from a signal's handler, which may interrupt a write that is not to be entered."""
    with suppress(OSError, ValueError):
        os.write(sys.stderr.fileno(), f"{text}\n".encode())


def _takes(stream: TextIO, text: str) -> bool:
    try:
        text.encode(stream.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _readable(stream: TextIO, text: str) -> str:
    """The text without what would steer a terminal, in characters that the stream has."""
    text = visible(text)
    if _takes(stream, text):
        return text
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        raise OutputLost(error) from error


def flush() -> None:
    """Write what others left in the buffers; raises OutputLost."""
    try:
        sys.stdout.flush()
    except OSError as error:
        raise OutputLost(error) from error


def silence() -> None:
    """Let what is still to be written go nowhere: the interpreter flushes once more at its end."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
            continue
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def report_error(error: RewardsmithError, *, as_json: bool) -> None:
    """The one sentence of an error; with `--json` an object as well."""
    say(f"error: {error}")
    if as_json:
        kind = type(error).__name__
        print_json({"error": {"kind": kind, "message": str(error), "exit_code": error.exit_code}})
