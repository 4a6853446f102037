"""The reward process: locks itself in, proves it, then compiles one candidate and serves its calls.

Everything here runs after the fork.  From SETUP on the interpreter belongs to the candidate; what
it says is checked again by the client.
"""

from __future__ import annotations

import contextlib
import gc
import math
import mmap
import os
import signal
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from rewardsmith.errors import RewardInvalid
from rewardsmith.language import compile_reward
from rewardsmith.sandbox import canary, confinement, memory, protocol, results
from rewardsmith.sandbox.confinement import Limits, Part, Walls
from rewardsmith.sandbox.seccomp import CHANNEL

_OUT_OF_MEMORY = protocol.frame(
    protocol.FAILED,
    protocol.pack_failure("memory", "the reward needs more memory than it may have"),
)


@dataclass(frozen=True, slots=True)
class Descriptors:
    """What the server hands over; all but the channel are closed before any code is seen."""

    channel: int
    input: int
    output: int


def run(descriptors: Descriptors, limits: Limits, walls: Walls, parent: int) -> NoReturn:
    """Be a reward process until the channel closes; never returns."""
    status = 1
    try:
        _serve(*_lock(descriptors, limits, walls, parent))
        status = 0
    finally:
        os._exit(status)


def _lock(
    descriptors: Descriptors, limits: Limits, walls: Walls, parent: int
) -> tuple[mmap.mmap, mmap.mmap]:
    """Map, close, confine, test and report; gives the two mappings."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    confinement.die_with_parent(parent)
    os.setsid()
    os.environ.clear()
    given = mmap.mmap(descriptors.input, 0, prot=mmap.PROT_READ)
    taken = mmap.mmap(descriptors.output, 0)
    os.dup2(descriptors.channel, CHANNEL)
    os.closerange(CHANNEL + 1, os.sysconf("SC_OPEN_MAX"))
    sys.stdin = sys.stdout = sys.stderr = None
    sys.__stdin__ = sys.__stdout__ = sys.__stderr__ = None
    warnings.simplefilter("ignore")
    parts = confinement.confine(limits, walls)
    possible = canary.passed(np.frombuffer(given, np.uint8))
    told = f"could {', '.join(possible)}" if possible else f"{len(canary.NAMES)} attempts failed"
    _report((*parts, Part("self-test", not possible, told)))
    return given, taken


def _report(parts: tuple[Part, ...]) -> None:
    _send(protocol.REPORT, confinement.pack_parts(parts))


def _serve(given: mmap.mmap, taken: mmap.mmap) -> None:
    """Compile what SETUP brings, then answer one CALL after another."""
    setup = protocol.unpack_setup(_receive(protocol.SETUP))
    inputs = memory.views(given, setup.slots)
    output = memory.output_view(taken, setup.capacity)
    try:
        function = _compile(setup)
        signature = _parameters(function, inputs)
    except BaseException as error:  # noqa: BLE001 - a failure becomes data
        _tell(error, setup.source)
        return
    _send(protocol.READY)
    names: tuple[str, ...] | None = None
    while True:
        (rows,) = protocol.CALL_BODY.unpack(_receive(protocol.CALL))
        try:
            arguments = {name: inputs[name][:rows] for name in signature}
            named = _call(function, arguments, output[:, :rows], names)
        except BaseException as error:  # noqa: BLE001 - a failure becomes data
            _tell(error, setup.source)
        else:
            _send(protocol.RESULT, protocol.pack_result(rows, len(named), () if names else named))
            names = named


def _compile(setup: protocol.Setup) -> Callable[..., Any]:
    """The candidate's function: in the checked language, or as it stands where unchecked."""
    if setup.check:
        return compile_reward(setup.source)
    namespace: dict[str, Any] = {"__name__": "candidate", "np": np, "math": math}
    exec(compile(setup.source, "<candidate>", "exec"), namespace)  # noqa: S102 - that is the job
    function = namespace.get("compute_reward")
    if not callable(function):
        raise results.Refused("forbidden", "there is no function compute_reward")
    return function


def _parameters(function: Callable[..., Any], inputs: dict[str, np.ndarray]) -> tuple[str, ...]:
    """The inputs in the function's signature; Refused where one is wanted that is not there."""
    function = getattr(function, "__wrapped__", function)  # of one that begins anew with each call
    code = function.__code__
    wanted = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    optional = len(function.__defaults__ or ())
    missing = [n for n in wanted[: code.co_argcount - optional] if n not in inputs]
    if missing:
        raise results.Refused(
            "error",
            f"compute_reward asks for {', '.join(missing)}; there is {', '.join(inputs) or 'none'}",
        )
    return tuple(name for name in wanted if name in inputs)


def _call(
    function: Callable[..., Any],
    arguments: dict[str, np.ndarray],
    output: np.ndarray,
    names: tuple[str, ...] | None,
) -> tuple[str, ...]:
    """Call once and write total and components; gives the names in the order of the rows."""
    with np.errstate(all="ignore"):
        total, components = results.split(function(**arguments), output.shape[1])
        if names is not None:
            results.same_names(names, components)
        order = tuple(components) if names is None else names
        for index, value in enumerate((total, *(components[name] for name in order))):
            np.copyto(output[index], value, casting="unsafe")
    return order


def _tell(error: BaseException, source: str) -> None:
    """Send a failure as text; the traceback is dropped first, so that its arrays are freed."""
    try:
        kind, message = _describe(error, source)
        error.__traceback__ = None
        body = protocol.pack_failure(kind, message)
    except MemoryError:
        with contextlib.suppress(BaseException):
            error.__traceback__ = None
            gc.collect()
        _write(_OUT_OF_MEMORY)
    except BaseException:  # noqa: BLE001 - an exception that cannot even be described
        _send(protocol.FAILED, protocol.pack_failure("error", "an exception without a message"))
    else:
        _send(protocol.FAILED, body)


def _describe(error: BaseException, source: str) -> tuple[str, str]:
    """Kind and message: type, what it says, the line and its text."""
    if isinstance(error, results.Refused):
        return error.kind, error.message
    if isinstance(error, RewardInvalid):
        return "forbidden", str(error)
    if isinstance(error, MemoryError):
        return "memory", f"{type(error).__name__}: {str(error) or 'out of memory'}"
    name = type(error).__name__[: protocol.MAX_NAME]
    if not isinstance(error, Exception):
        return "crashed", f"the reward raised {name}; it must return"
    if isinstance(error, SyntaxError):
        return "syntax", f"line {error.lineno}: {error.msg}: {(error.text or '').strip()}"
    return "error", f"{name}: {_short(str(error))}{_place(error, source)}"


def _short(text: str) -> str:
    return text[: protocol.MAX_TEXT // 2]


def _place(error: BaseException, source: str) -> str:
    """The last line of the candidate that the exception went through, with its text."""
    line, step = 0, error.__traceback__
    while step is not None:
        name = step.tb_frame.f_code.co_filename
        if name.startswith("<") and not name.startswith(("<frozen", "<__")):
            line = step.tb_lineno
        step = step.tb_next
    lines = source.splitlines()
    if not 1 <= line <= len(lines):
        return ""
    return f"\nline {line}: {_short(lines[line - 1].strip())}"


def _send(kind: int, body: bytes = b"") -> None:
    _write(protocol.frame(kind, body))


def _write(data: bytes) -> None:
    while data:
        data = data[os.write(CHANNEL, data) :]


def _receive(expected: int) -> bytes:
    """The body of the next frame; the process ends where the channel has."""
    kind, length = protocol.HEADER.unpack(_read(protocol.HEADER.size))
    body = _read(length)
    if kind != expected:
        os._exit(1)
    return body


def _read(size: int) -> bytes:
    parts: list[bytes] = []
    while size:
        part = os.read(CHANNEL, size)
        if not part:
            os._exit(0)
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
