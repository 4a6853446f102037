"""Starts the fork server of reward processes, and opens reward processes on it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import numpy as np

import rewardsmith
from rewardsmith.errors import RewardFailed, SandboxUnavailable, UsageError, unknown_name
from rewardsmith.sandbox import confinement, memory, protocol
from rewardsmith.sandbox.confinement import Part
from rewardsmith.sandbox.memory import ArraySpec
from rewardsmith.sandbox.process import RewardLimits, RewardProcess, Sockets, server_frame

_START_SECONDS = 120.0
_CLOSE_SECONDS = 10.0
_THREADS = ("OPENBLAS", "OMP", "MKL", "BLIS", "VECLIB", "NUMEXPR")
_ENVIRONMENT = {f"{name}_NUM_THREADS": "1" for name in _THREADS} | {"PYTHONHASHSEED": "0"}
"""All that the server gets: one thread, one order of sets; nothing of the caller's."""
_DEFAULT_LIMITS = RewardLimits()


@dataclass(frozen=True, slots=True)
class ConfinementReport:
    """What confines reward processes on this machine, wall by wall."""

    level: str
    parts: tuple[Part, ...]

    @property
    def why_not_higher(self) -> str:
        """What the next higher level lacks here; empty at the highest."""
        return confinement.why_not_higher(self.parts)


@dataclass(slots=True)
class _Owned:
    """What only the process that started the server has."""

    process: subprocess.Popen[bytes]
    lifeline: socket.socket
    owner: int


class RewardServer:
    """The fork server; any number of processes may open reward processes over one descriptor."""

    def __init__(
        self, requests: socket.socket, report: bytes, *, owned: _Owned | None = None
    ) -> None:
        self.parts = confinement.unpack_parts(report)
        self.level: str = confinement.level_of(self.parts)
        self.detail: str = "; ".join(
            f"{part.name} {'holds' if part.holds else 'does not hold'} ({part.reason})"
            for part in self.parts
        )
        self._requests = requests
        self._owned = owned

    @classmethod
    def start(cls, *, unsafe: bool = False, without: Sequence[str] = ()) -> Self:
        """Start the server; SandboxUnavailable where nothing confines and it is not `unsafe`.

        `without` names walls to leave out (namespaces, landlock, seccomp), to try the others.
        """
        for wall in without:
            if wall not in confinement.MAY_LEAVE_OUT:
                raise UsageError(unknown_name("wall", wall, confinement.MAY_LEAVE_OUT))
        ours, theirs = socket.socketpair()
        lifeline, their_lifeline = socket.socketpair()
        with theirs, their_lifeline, tempfile.TemporaryFile() as errors:
            process = _launch((theirs.fileno(), their_lifeline.fileno()), without, errors)
            owned = _Owned(process, lifeline, os.getpid())
            theirs.close()
            their_lifeline.close()
            try:
                _, report = server_frame(lifeline, _START_SECONDS)
                server = cls(ours, report, owned=owned)
                _insist(server, unsafe=unsafe)
            except BaseException as error:
                _stop(owned)
                ours.close()
                if isinstance(error, SandboxUnavailable) and (words := _last_words(errors)):
                    raise SandboxUnavailable(f"the reward server did not start: {words}") from error
                raise
        return server

    @classmethod
    def attach(cls, fileno: int) -> Self:
        """Use, in another process, the server whose `fileno()` this process was handed."""
        requests = socket.socket(fileno=os.dup(fileno))
        ours, theirs = socket.socketpair()
        with ours:
            try:
                with theirs:
                    _ask(requests, protocol.Request(protocol.ATTACH), [theirs.fileno()])
                _, report = server_frame(ours, _CLOSE_SECONDS)
            except BaseException:
                requests.close()
                raise
        return cls(requests, report)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def fileno(self) -> int:
        """The descriptor to hand to a process that is to `attach`."""
        return self._requests.fileno()

    def open(
        self,
        source: str,
        inputs: Sequence[ArraySpec],
        capacity: int,
        *,
        limits: RewardLimits = _DEFAULT_LIMITS,
        check: bool = True,
    ) -> RewardProcess:
        """Fork a reward process for `source`, with inputs of up to `capacity` rows.

        RewardFailed where the code is at fault, SandboxUnavailable where the process is.  Without
        `check` the code runs with all of Python, and the confinement alone holds it.
        """
        _check_source(source)
        slots, size = memory.layout(inputs, capacity)
        setup = protocol.Setup(source, check, capacity, slots)
        process = self._process(setup, size, limits)
        try:
            process.start(setup, self.level)
        except BaseException:
            process.close()
            raise
        return process

    def close(self) -> None:
        """Let go of the server; in the process that started it, end it and all its processes."""
        self._requests.close()
        if self._owned is not None:
            _stop(self._owned)
            self._owned = None

    def _process(self, setup: protocol.Setup, size: int, limits: RewardLimits) -> RewardProcess:
        """Make the shared memory and the sockets, and ask for the fork."""
        taken_size = setup.capacity * memory.ROW_BYTES
        request = protocol.Request(
            protocol.OPEN, limits.cpu_seconds, limits.memory, size, taken_size
        )
        with contextlib.ExitStack() as undo:
            with contextlib.ExitStack() as handed:
                given = memory.share_input(size)
                handed.callback(os.close, given.descriptor)
                taken = memory.share_output(taken_size)
                handed.callback(os.close, taken.descriptor)
                channel, their_channel = socket.socketpair()
                handed.enter_context(their_channel)
                undo.enter_context(channel)
                warden, their_warden = socket.socketpair()
                handed.enter_context(their_warden)
                undo.enter_context(warden)
                blocks = given.block, taken.block
                process = RewardProcess(Sockets(channel, warden), blocks, setup, limits)
                ours = their_warden.fileno(), their_channel.fileno()
                _ask(self._requests, request, [*ours, given.descriptor, taken.descriptor])
            undo.pop_all()
        return process


def confinement_report() -> ConfinementReport:
    """What holds on this machine and why, found by confining a process and trying."""
    with RewardServer.start(unsafe=True) as server:
        return ConfinementReport(server.level, server.parts)


def _insist(server: RewardServer, *, unsafe: bool) -> None:
    if server.level == "none" and not unsafe:
        raise SandboxUnavailable(
            "nothing confines a candidate's code on this machine "
            f"({server.detail}); --unsafe-no-sandbox runs it all the same"
        )


def _check_source(source: str) -> None:
    try:
        size = len(source.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise RewardFailed("syntax", "the code is not valid Unicode text") from error
    if size > protocol.MAX_SOURCE:
        raise RewardFailed(
            "forbidden", f"the code has {size} bytes; at most {protocol.MAX_SOURCE} are read"
        )


def _ask(requests: socket.socket, request: protocol.Request, descriptors: list[int]) -> None:
    try:
        socket.send_fds(requests, [protocol.pack_request(request)], descriptors)
    except OSError as error:
        raise SandboxUnavailable("the reward server has ended") from error


def _launch(
    sockets: tuple[int, int], without: Sequence[str], errors: IO[bytes]
) -> subprocess.Popen[bytes]:
    """Exec the server: no site, no user paths, an environment of its own, three descriptors.

    The folders that this process found rewardsmith and NumPy in are all that is added to the
    standard library.
    """
    folders = [
        str(Path(str(module.__file__)).absolute().parent.parent) for module in (rewardsmith, np)
    ]
    boot = (
        f"import sys; sys.path += {list(dict.fromkeys(folders))!r}; "
        "from rewardsmith.sandbox.server import main; main()"
    )
    command = [sys.executable, "-P", "-s", "-S", "-B", "-c", boot]
    return subprocess.Popen(
        [*command, *map(str, sockets), str(os.getpid()), *without],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        env=_ENVIRONMENT,
        pass_fds=sockets,
        start_new_session=True,
    )


def _stop(owned: _Owned) -> None:
    """End the server by closing its lifeline; in a fork of the owner only let go of it."""
    owned.lifeline.close()
    if owned.owner != os.getpid():
        owned.process.returncode = 0
        return
    try:
        owned.process.wait(_CLOSE_SECONDS)
    except subprocess.TimeoutExpired:
        owned.process.kill()
        owned.process.wait()


def _last_words(errors: IO[bytes]) -> str:
    """The last line that a server wrote that failed to start."""
    errors.seek(0)
    lines = errors.read().decode("utf-8", "replace").strip().splitlines()
    return protocol.clean(lines[-1]) if lines else ""
