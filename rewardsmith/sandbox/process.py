"""The client's side of one reward process: its inputs, its calls, its end."""

from __future__ import annotations

import contextlib
import mmap
import os
import signal
import socket
import struct
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np

from rewardsmith.errors import RewardFailed, SandboxUnavailable
from rewardsmith.sandbox import confinement, memory, protocol
from rewardsmith.sandbox.confinement import Part

_GRACE = 60.0
"""Seconds in which the server, which never runs a candidate, must answer, on a busy machine too."""


@dataclass(frozen=True, slots=True)
class RewardLimits:
    """What one reward process may use."""

    call_seconds: float = 10.0
    """From `submit` to the complete answer; then SIGKILL."""
    open_seconds: float = 30.0
    """From the fork until the candidate is compiled; then SIGKILL."""
    memory: int = 512 << 20
    """Bytes of address space beyond what NumPy and the shared blocks take."""
    cpu_seconds: int = 3600
    """Processor time over the whole life."""


@dataclass(frozen=True, slots=True)
class RewardOutput:
    """One call's answer, copied out of the shared block: float64 (rows,) each, maybe not finite."""

    total: np.ndarray
    components: dict[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class Sockets:
    """The client's ends: the channel to the reward process, the warden to the server."""

    channel: socket.socket
    warden: socket.socket


class RewardProcess:
    """One confined process with one candidate; close it, or use it as a context manager.

    Whatever a candidate does wrong is `RewardFailed`; a server that is gone, SandboxUnavailable.
    After `timeout`, `crashed` and `killed` the
    process is gone and every later call fails alike; after the other kinds it can be called again.
    """

    def __init__(
        self,
        sockets: Sockets,
        blocks: tuple[mmap.mmap, mmap.mmap],
        setup: protocol.Setup,
        limits: RewardLimits,
    ) -> None:
        given, taken = blocks
        self.inputs: dict[str, np.ndarray] = memory.views(given, setup.slots)
        self.components: tuple[str, ...] = ()
        self.pid = 0
        self.parts: tuple[Part, ...] = ()
        self._sockets = sockets
        self._output = memory.output_view(taken, setup.capacity)
        self._capacity = setup.capacity
        self._limits = limits
        self._named = False
        self._rows: int | None = None
        self._allowed = self._deadline = 0.0
        self._failed: RewardFailed | None = None
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def start(self, setup: protocol.Setup, level: str) -> None:
        """Wait for the fork, see that `level` holds, hand it the code; used by `open`."""
        self._allow(self._limits.open_seconds)
        kind, body = server_frame(self._sockets.warden, self._limits.open_seconds)
        if kind != protocol.GRANTED:
            raise SandboxUnavailable(f"no reward process: {body.decode('ascii', 'replace')}")
        (self.pid,) = protocol.NUMBER.unpack(body)
        kind, body = self._frame()
        self.parts = confinement.unpack_parts(body) if kind == protocol.REPORT else ()
        if confinement.level_of(self.parts) != level:
            told = "; ".join(f"{part.name}: {part.reason}" for part in self.parts if not part.holds)
            raise SandboxUnavailable(f"a reward process is not confined ({told or 'no report'})")
        self._send(protocol.SETUP, protocol.pack_setup(setup))
        kind, body = self._frame()
        if kind != protocol.READY:
            raise self._failure(kind, body)

    def call(self, rows: int) -> RewardOutput:
        """Reward of the first `rows` rows of the inputs: `submit` and `collect`."""
        self.submit(rows)
        return self.collect()

    def submit(self, rows: int) -> None:
        """Let the process work on the first `rows` rows; they must not change until `collect`."""
        if not 1 <= rows <= self._capacity:
            raise ValueError(f"{rows} rows; the capacity is {self._capacity}")
        if self._closed or self._rows is not None:
            raise ValueError("the reward process is closed or still owes an answer")
        if self._failed is not None:
            raise RewardFailed(self._failed.kind, self._failed.message)
        self._allow(self._limits.call_seconds)
        if self._spoke():
            raise self._crash("the reward process spoke before it was asked")
        self._rows = rows
        self._send(protocol.CALL, protocol.CALL_BODY.pack(rows))

    def collect(self) -> RewardOutput:
        """Wait for the answer; the outputs are copied before they are looked at."""
        rows, self._rows = self._rows, None
        if rows is None:
            raise ValueError("nothing was submitted")
        kind, body = self._frame()
        if kind != protocol.RESULT:
            raise self._failure(kind, body)
        result = protocol.unpack_result(body)
        if result is None or result[0] != rows:
            raise self._crash("the answer of the reward process has not the agreed form")
        _, count, names = result
        if not self._named:
            self.components, self._named = names, True
        if count != len(self.components) or (names and names != self.components):
            raise self._crash("the reward process changed its components")
        copied = np.array(self._output[: 1 + count, :rows])
        return RewardOutput(copied[0], dict(zip(self.components, copied[1:], strict=True)))

    def close(self) -> None:
        """End the process, wait until it has ended, and release everything; may be repeated."""
        if self._closed:
            return
        self._closed = True
        if self._failed is None:
            self._end()
        self._release()

    def _release(self) -> None:
        self._sockets.channel.close()
        self._sockets.warden.close()
        self.inputs = {}
        self._output = np.empty((0, 0))

    def _allow(self, seconds: float) -> None:
        self._allowed, self._deadline = seconds, time.monotonic() + seconds

    def _spoke(self) -> bool:
        """Whether there is something to read; an ended process is found out when it is asked."""
        self._sockets.channel.settimeout(0)
        try:
            return bool(self._sockets.channel.recv(1, socket.MSG_PEEK))
        except OSError:
            return False

    def _frame(self) -> tuple[int, bytes]:
        """The next frame from the reward process, whatever it is; ends it when time is up."""
        try:
            kind, length = protocol.HEADER.unpack(self._read(protocol.HEADER.size))
            if length > protocol.MAX_BODY:
                raise self._crash("the reward process sent more than it may")
            return kind, self._read(length)
        except TimeoutError:
            raise self._timeout() from None
        except OSError:
            raise self._ended() from None

    def _read(self, size: int) -> bytes:
        """Exactly `size` bytes; OSError where the process ended, TimeoutError at the deadline."""
        parts: list[bytes] = []
        while size:
            remaining = self._deadline - time.monotonic()
            self._sockets.channel.settimeout(max(remaining, 0.0) or 1e-6)
            part = self._sockets.channel.recv(size)
            if not part:
                raise ConnectionResetError("end of the channel")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _send(self, kind: int, body: bytes) -> None:
        try:
            self._sockets.channel.settimeout(max(self._deadline - time.monotonic(), 1e-6))
            self._sockets.channel.sendall(protocol.frame(kind, body))
        except TimeoutError:
            raise self._timeout() from None
        except OSError:
            raise self._ended() from None

    def _failure(self, kind: int, body: bytes) -> RewardFailed:
        """The failure that a reward process tells of itself."""
        told = protocol.unpack_failure(body) if kind == protocol.FAILED else None
        if told is None:
            return self._crash("the answer of the reward process has not the agreed form")
        if told[0] == "crashed":
            return self._crash(told[1])
        return RewardFailed(*told)

    def _timeout(self) -> RewardFailed:
        return self._fail(
            "timeout", f"no answer within {self._allowed:g} seconds: something is too slow"
        )

    def _crash(self, message: str) -> RewardFailed:
        return self._fail("crashed", message)

    def _fail(self, kind: str, message: str) -> RewardFailed:
        self._failed = RewardFailed(kind, message)
        self._end()
        return self._failed

    def _ended(self) -> RewardFailed:
        """The process ended by itself: how, as the kernel tells it.

        Raises SandboxUnavailable where the server is gone, which is no fault of the candidate's.
        """
        status = self._end()
        if status is None:
            raise SandboxUnavailable("the reward server has ended or does not answer")
        self._failed = RewardFailed(*_cause(status, self._limits))
        return self._failed

    def _end(self) -> int | None:
        """SIGKILL, from the server; gives the status with which the process really ended."""
        warden = self._sockets.warden
        with contextlib.suppress(OSError, SandboxUnavailable):
            warden.shutdown(socket.SHUT_WR)
            while True:
                kind, body = server_frame(warden, _GRACE)
                if kind == protocol.GONE:
                    return int(protocol.NUMBER.unpack(body)[0])
        return None


def _cause(status: int, limits: RewardLimits) -> tuple[str, str]:
    """Kind and message for a wait status."""
    if not os.WIFSIGNALED(status):
        code = os.waitstatus_to_exitcode(status)
        return "crashed", f"the reward ended its process (exit status {code}) and did not return"
    number = os.WTERMSIG(status)
    if number == signal.SIGXCPU:
        return "timeout", f"used more than {limits.cpu_seconds} seconds of processor time"
    if number == signal.SIGKILL:
        return "killed", "the system ended the process; it may have run out of memory"
    return "crashed", f"the reward process was ended by {signal.Signals(number).name}"


def server_frame(warden: socket.socket, seconds: float) -> tuple[int, bytes]:
    """One frame from the server; SandboxUnavailable where it is gone or silent."""
    warden.settimeout(seconds)
    try:
        head = warden.recv(protocol.HEADER.size, socket.MSG_WAITALL)
        kind, length = protocol.HEADER.unpack(head)
        return kind, warden.recv(length, socket.MSG_WAITALL) if length else b""
    except (OSError, struct.error) as error:
        raise SandboxUnavailable("the reward server has ended or does not answer") from error
