"""The fork server of reward processes; its arguments are REQUESTS LIFELINE PARENT [LEFT_OUT...].

It is exec'd with an environment of its own, loads NumPy and this package's reward language, and
never sees a candidate: it forks, kills when a warden socket closes, reaps, and tells how the
process ended.  It ends when its parent does.
"""

from __future__ import annotations

import contextlib
import gc
import os
import platform
import select
import signal
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from rewardsmith.sandbox import child, confinement, memory, namespaces, protocol, seccomp, warm
from rewardsmith.sandbox.confinement import Limits, Part, Walls

_PROBE = Limits(memory=1 << 28, cpu=10)
_DESCRIPTORS = {protocol.ATTACH: 1, protocol.OPEN: 4}


@dataclass(slots=True)
class Server:
    """The sockets and the children of the one fork server."""

    requests: socket.socket
    lifeline: socket.socket
    parent: int
    walls: Walls
    level: bytes = b""
    wardens: dict[int, socket.socket] = field(default_factory=dict[int, socket.socket])
    """By process id."""

    def run(self) -> None:
        """Serve until the lifeline or the parent ends."""
        watch = select.poll()
        watch.register(self.requests, select.POLLIN)
        watch.register(self.lifeline, select.POLLIN)
        woken = _wake_on_child()
        watch.register(woken, select.POLLIN)
        parent = _watch_parent(self.parent, watch)
        while os.getppid() == self.parent:
            ready = {descriptor for descriptor, _ in watch.poll(None if parent else 1000)}
            if self.lifeline.fileno() in ready or parent in ready:
                return
            if woken.fileno() in ready:
                woken.recv(4096)
                self._reap(watch)
            for pid, warden in list(self.wardens.items()):
                if warden.fileno() in ready:
                    self._kill(pid, watch)
            if self.requests.fileno() in ready:
                self._answer(watch)

    def _answer(self, watch: select.poll) -> None:
        """Take one request and do it; a malformed one is dropped with its descriptors."""
        body, descriptors, _, _ = socket.recv_fds(
            self.requests,
            protocol.REQUEST_SIZE,
            max(_DESCRIPTORS.values()),
            socket.MSG_WAITALL,
        )
        if not body:
            watch.unregister(self.requests)
            return
        request = protocol.unpack_request(body)
        if request is None or len(descriptors) != _DESCRIPTORS.get(request.kind):
            for descriptor in descriptors:
                os.close(descriptor)
            return
        warden = socket.socket(fileno=descriptors[0])
        if request.kind == protocol.ATTACH:
            _tell(warden, protocol.LEVEL, self.level)
            warden.close()
            return
        self._open(request, warden, child.Descriptors(*descriptors[1:]), watch)

    def _open(
        self,
        request: protocol.Request,
        warden: socket.socket,
        descriptors: child.Descriptors,
        watch: select.poll,
    ) -> None:
        warden.settimeout(0)
        try:
            pid = self.fork(descriptors, Limits(request.memory, request.cpu))
        except OSError as error:
            _tell(warden, protocol.REFUSED, str(error).encode("ascii", "backslashreplace"))
            warden.close()
        else:
            self.wardens[pid] = warden
            watch.register(warden, select.POLLIN)
            _tell(warden, protocol.GRANTED, protocol.NUMBER.pack(pid))
        finally:
            for descriptor in (descriptors.channel, descriptors.input, descriptors.output):
                os.close(descriptor)

    def fork(self, descriptors: child.Descriptors, limits: Limits) -> int:
        """Fork a reward process; OSError where this process has a second thread."""
        threads = _threads()
        if threads != 1:
            raise OSError(f"the reward server has {threads} threads and must have one to fork")
        here = os.getpid()
        pid = os.fork()
        if pid == 0:
            child.run(descriptors, limits, self.walls, here)
        return pid

    def _kill(self, pid: int, watch: select.poll) -> None:
        """The client is gone or has had enough; `_reap` tells it when the process has ended."""
        watch.unregister(self.wardens[pid])
        os.kill(pid, signal.SIGKILL)

    def _reap(self, watch: select.poll) -> None:
        for pid, warden in list(self.wardens.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended == 0:
                continue
            with contextlib.suppress(KeyError):
                watch.unregister(warden)
            del self.wardens[pid]
            _tell(warden, protocol.GONE, protocol.NUMBER.pack(status))
            warden.close()

    def close(self) -> None:
        """End every reward process."""
        for pid, warden in self.wardens.items():
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            warden.close()


def _tell(warden: socket.socket, kind: int, body: bytes) -> None:
    """Send one frame; a client that does not listen is no matter."""
    with contextlib.suppress(OSError):
        warden.sendall(protocol.frame(kind, body))


def _wake_on_child() -> socket.socket:
    """A socket that becomes readable when a child ends."""
    reader, writer = socket.socketpair()
    reader.settimeout(0)
    writer.settimeout(0)
    signal.signal(signal.SIGCHLD, _nothing)
    signal.set_wakeup_fd(writer.detach(), warn_on_full_buffer=False)
    return reader


def _nothing(_number: int, _frame: FrameType | None) -> None:
    """A handler must exist for the kernel to write to the wake-up socket."""


def _watch_parent(parent: int, watch: select.poll) -> int | None:
    """Watch the parent's end; None where the platform can only be asked now and then.

    PR_SET_PDEATHSIG would tell when the parent's *thread* that started this server ends.
    """
    try:
        descriptor = os.pidfd_open(parent)
    except (AttributeError, OSError):
        return None
    watch.register(descriptor, select.POLLIN)
    return descriptor


def _threads() -> int:
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else 1


def _probe(server: Server) -> bytes:
    """What a first reward process reports of its confinement."""
    ours, theirs = socket.socketpair()
    given, taken = memory.share_input(1), memory.share_output(memory.ROW_BYTES)
    descriptors = child.Descriptors(theirs.fileno(), given.descriptor, taken.descriptor)
    pid = server.fork(descriptors, _PROBE)
    theirs.close()
    with ours, ours.makefile("rb") as stream:
        header = stream.read(protocol.HEADER.size)
        length = protocol.HEADER.unpack(header)[1] if header else 0
        report = stream.read(length)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    for shared in (given, taken):
        os.close(shared.descriptor)
        shared.block.close()
    lost = Part("self-test", holds=False, reason="the first reward process ended before its report")
    return report or confinement.pack_parts((lost,))


def main() -> None:
    """Start, warm up, leave the namespaces, probe, report on the lifeline, serve."""
    requests, lifeline, parent = (int(argument) for argument in sys.argv[1:4])
    without = frozenset(sys.argv[4:])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.chdir("/")
    warm.warm()
    code = (
        seccomp.program(machine)
        if (machine := platform.machine()) in seccomp.ARCHITECTURES
        else None
    )
    apart = None if "namespaces" in without else namespaces.leave()
    walls = Walls(code, apart, without)
    server = Server(socket.socket(fileno=requests), socket.socket(fileno=lifeline), parent, walls)
    gc.collect()
    gc.freeze()
    server.level = _probe(server)
    _tell(server.lifeline, protocol.LEVEL, server.level)
    try:
        server.run()
    finally:
        server.close()


if __name__ == "__main__":
    main()
