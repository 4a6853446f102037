"""The trainer server: one warm process, exec'd before anything else, that forks the workers.

This side runs in the process of the command line, which never forks and never makes a simulator.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Protocol, Self

import msgspec

from rewardsmith.channel import (
    PATIENCE,
    CallRequest,
    CancelRequest,
    FailedReply,
    Lines,
    MemberReply,
    ProgressReply,
    Reply,
    Request,
    ReturnReply,
    TrainRequest,
    line,
    parse_reply,
)
from rewardsmith.errors import TrainerFailed, UsageError
from rewardsmith.records import MemberResult, TrainJob, TrainProgress, TrainResult
from rewardsmith.shards import workers_for
from rewardsmith.store import last_words, remove_checkpoints, size_of

WARM = ("torch", "envpool", "rewardsmith.training.population")
"""What the server imports before it forks: all that a training needs."""

_PASSED = (
    *("PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ"),
    *("LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "CUBLAS_WORKSPACE_CONFIG"),
    *("MUJOCO_GL", "PYOPENGL_PLATFORM", "DISPLAY", "XDG_CACHE_HOME"),
    "PYTHONDONTWRITEBYTECODE",
)
_SINGLE_THREADED = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Descriptor(Protocol):
    """Anything with a descriptor that a child can inherit: the reward fork server."""

    def fileno(self) -> int:
        """The descriptor's number."""
        ...


def available_cores() -> int:
    """The number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def child_environment() -> dict[str, str]:
    """The environment of the server: nothing but what computing needs, so no key is in reach."""
    passed = {name: os.environ[name] for name in _PASSED if name in os.environ}
    paths = [path or str(Path.cwd()) for path in sys.path]
    threads = dict.fromkeys(_SINGLE_THREADED, "1")
    return {**passed, **threads, "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))}


class Executor(Protocol):
    """Where jobs are trained: here (`TrainerServer`) or on several machines."""

    workers: int
    """Shards that are trained at the same time."""

    def train(self, job: TrainJob) -> Iterator[TrainProgress | TrainResult]:
        """Progress as it comes, and each reward's result as soon as all its seeds are trained."""
        ...

    def cancel(self) -> None:
        """End the job."""
        ...

    def close(self) -> None:
        """End what was started."""
        ...


class TrainerServer:
    """Trains jobs in forked workers; a context manager, to be closed."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        channel: socket.socket,
        workers: int,
        log: Path | None,
    ) -> None:
        self.workers = workers
        self.patience = PATIENCE
        """Seconds without a sign of life after which a worker's simulator counts as hung."""
        self.pid = process.pid
        self._process = process
        self._channel = channel
        self._lines = Lines()
        self._log = log
        self._sending = False
        self._cancelled = False
        self._busy = False

    @classmethod
    def start(
        cls,
        rewards: Descriptor | None,
        *,
        workers: int | None = None,
        log: Path | None = None,
        warm: tuple[str, ...] = WARM,
    ) -> Self:
        """Start the server and come back at once: it gets warm while other things are done.

        `rewards` is the reward fork server (None where no candidate's code is run), `log` the
        file that takes the workers' stderr, `warm` the modules imported before the first fork.
        """
        workers = available_cores() if workers is None else workers
        if workers < 1:
            raise UsageError(f"workers must be at least 1, not {workers}")
        ours, theirs = socket.socketpair()
        forks = -1 if rewards is None else rewards.fileno()
        # The kernel ties a child's life to the thread that started it, not to the process.
        parent = os.getpid() if threading.current_thread() is threading.main_thread() else 0
        numbers = [str(theirs.fileno()), str(forks), str(parent)]
        command = [sys.executable, "-P", "-m", "rewardsmith.training.server", *numbers, *warm]
        with theirs, _sink(log) as sink:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                pass_fds=[number for number in (theirs.fileno(), forks) if number >= 0],
                env=child_environment(),
                start_new_session=True,
            )
        return cls(process, ours, workers, log)

    def train(self, job: TrainJob) -> Iterator[TrainProgress | TrainResult]:
        """Progress as it comes, and each reward's result as soon as all its seeds are trained.

        Ends early after `cancel()`.  Raises what the environment or the trainer raised
        (EnvironmentUnavailable, UsageError, TrainerFailed); a candidate's own faults are results.
        """
        require_distinct(job)
        trained: dict[str, dict[int, MemberResult]] = {}
        workers = workers_for(job, self.workers)
        request = TrainRequest(job=job, workers=workers, patience=self.patience)
        for reply in self._request(request):
            if isinstance(reply, ProgressReply):
                yield reply.progress
            elif isinstance(reply, MemberReply):
                member = reply.member
                seeds = trained.setdefault(member.reward, {})
                seeds[member.seed] = member
                if len(seeds) == len(job.seeds):
                    members = tuple(seeds[seed] for seed in job.seeds)
                    result = TrainResult(reward=member.reward, purpose=job.purpose, members=members)
                    yield result
                    forget_trained(job, result)

    def train_members(
        self, job: TrainJob, members: tuple[tuple[int, int], ...]
    ) -> Iterator[ProgressReply | MemberReply]:
        """Train these members of a job, (index of the reward, seed), as `train` does."""
        workers = workers_for(job, self.workers)
        request = TrainRequest(job=job, workers=workers, members=members, patience=self.patience)
        for reply in self._request(request):
            if isinstance(reply, ProgressReply | MemberReply):
                yield reply

    def call(self, function: str, environment: str = "", /, **arguments: Any) -> Any:
        """What `module:attribute` returns in a worker of its own; all of it must be JSON.

        `environment` is the name of the one that it steps: a dead worker is that one's fault.
        """
        value = None
        request = CallRequest(
            function=function,
            arguments=arguments,
            environment=environment,
            patience=self.patience,
        )
        for reply in self._request(request):
            if isinstance(reply, ReturnReply):
                value = reply.value
        return value

    def record_bank(
        self, specification: dict[str, Any], seed: int, path: Path, *, human: bool = False
    ) -> Path:
        """Record the bank of an environment in a worker and save it as `path`.

        `human` lets a policy trained with the human reward act in it, too.
        """
        self.call(
            "rewardsmith.training.record:record_to_file",
            str(specification["name"]),
            specification=specification,
            seed=seed,
            path=str(path),
            human=human,
        )
        return path

    def cancel(self) -> None:
        """End the job at once, from a signal's handler or another thread too."""
        if self._sending:
            self._cancelled = True
        elif self._busy:
            self._send(CancelRequest())

    def close(self) -> None:
        """End the server and its workers."""
        self._channel.close()
        try:
            self._process.wait(timeout=5.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _request(self, request: Request) -> Iterator[Reply]:
        """The replies to a request up to its end; leaving early cancels it."""
        if self._busy:
            raise TrainerFailed("the trainer server does one job at a time")
        self._busy = True
        logged = size_of(self._log)
        try:
            self._send(request)
            while isinstance(reply := self._receive(), ProgressReply | MemberReply | ReturnReply):
                yield reply
            self._busy = False
            if isinstance(reply, FailedReply):
                if reply.wordless and (words := last_words(self._log, logged)):
                    told = f"{reply.message}; its last words: {words}"
                    reply = msgspec.structs.replace(reply, message=told)
                raise reply.exception()
        finally:
            if self._busy:
                self._abandon()

    def _abandon(self) -> None:
        """Cancel, and read what was on its way, so that the next job starts clean."""
        with suppress(TrainerFailed):
            self._send(CancelRequest())
            while isinstance(self._receive(), ProgressReply | MemberReply | ReturnReply):
                pass
        self._busy = False

    def _send(self, request: Request) -> None:
        """Send; where the other side has gone, its last reply or its end is read next."""
        self._sending = True
        try:
            with suppress(OSError):
                self._channel.sendall(line(request))
                if self._cancelled:
                    self._cancelled = False
                    self._channel.sendall(line(CancelRequest()))
        finally:
            self._sending = False

    def _receive(self) -> Reply:
        while True:
            for whole in self._lines:
                return parse_reply(whole)
            try:
                data = self._channel.recv(1 << 16)
            except OSError as error:
                raise self._ended() from error
            if not data:
                raise self._ended()
            self._lines.feed(data)

    def _ended(self) -> TrainerFailed:
        """The sentence for a server that is no longer there."""
        try:
            code = self._process.wait(timeout=5.0)
        except subprocess.TimeoutExpired:
            return TrainerFailed(f"the trainer server closed its channel; {self._where()}")
        return TrainerFailed(f"the trainer server ended ({how_ended(code)}); {self._where()}")

    def _where(self) -> str:
        return f"see {self._log}" if self._log else "no log was kept"


def require_distinct(job: TrainJob) -> None:
    """Raises UsageError where two of a job's members would be the same."""
    if len({reward.id for reward in job.rewards}) != len(job.rewards):
        raise UsageError(f"job {job.id}: two rewards have the same id")
    if len(set(job.seeds)) != len(job.seeds):
        raise UsageError(f"job {job.id}: a seed is given twice in {list(job.seeds)}")


def forget_trained(job: TrainJob, result: TrainResult) -> None:
    """Remove the checkpoints of a result that is final, once whoever asks for more has it safe."""
    if not result.paused:
        remove_checkpoints(Path(job.folder), result.reward, job.seeds)


def how_ended(code: int) -> str:
    """The words for an exit status, negative for a signal."""
    if code >= 0:
        return f"exit status {code}"
    with suppress(ValueError):
        return f"killed by {signal.Signals(-code).name}"
    return f"killed by signal {-code}"


def _sink(log: Path | None) -> IO[bytes]:
    """Where the server and its workers write their errors."""
    return Path(os.devnull if log is None else log).open("ab")
