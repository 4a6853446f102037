"""The run folder: events appended and flushed to disk one by one, behind one lock.

A line that was torn by a crash is not there: it is ignored on reading and cut off before the
next one is written.  A folder that was made for a run of which nothing was recorded does not stay.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
import numpy as np

from rewardsmith.errors import RunLocked, StoreError, TrainerFailed
from rewardsmith.records import AnyEvent, Record, decode_event, encode

Array = np.ndarray[Any, Any]

EVENTS = "events.jsonl"
PROGRESS = "progress.jsonl"
LOCK = "lock"
LOG = "trainer.log"
"""What the trainer and its simulators wrote to stderr."""
SUBFOLDERS = ("policies", "trajectories")
CHECKPOINTS = "checkpoints"
"""The folder of members that are not yet trained to their end; it is there only with them."""

_TAIL = 8192
"""Bytes of a log in which the last words are looked for."""
_LONGEST_WORDS = 300


def read_events(folder: Path) -> tuple[AnyEvent, ...]:
    """The events of a run in order; a torn last line is left out.

    Raises StoreError for a missing folder and for a damaged line that is not the last.
    """
    path = folder / EVENTS
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise StoreError(f"{folder} holds no run: there is no {EVENTS} in it") from None
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}") from error
    whole = data[: _whole_lines(data)]
    return tuple(_decode_line(path, number, line) for number, line in _numbered(whole))


def _whole_lines(data: bytes) -> int:
    """The length of what precedes a torn end: no line end, or NUL bytes where power failed."""
    end = data.rfind(b"\n") + 1
    while end and b"\0" in data[(before := data.rfind(b"\n", 0, end - 1) + 1) : end]:
        end = before
    return end


def _numbered(data: bytes) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            yield number, line


def _decode_line(path: Path, number: int, line: bytes) -> AnyEvent:
    try:
        return decode_event(line)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise StoreError(
            f"{path} line {number} is no event that this version knows ({error}); "
            "restore the file, or start a new run"
        ) from error


class EventLog:
    """The one writer of a run folder; a context manager that holds the folder's lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = -1
        self._events = -1
        self._progress = -1
        self._made: list[Path] = []

    def __enter__(self) -> Self:
        try:
            for sub in ("", *SUBFOLDERS):
                self._make(self.folder / sub)
            self._lock = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            self._take_lock()
            self._events = self._open_for_append(EVENTS)
            self._progress = self._open_for_append(PROGRESS)
            self._cut_torn_line()
            self._sync_folder()
        except OSError as error:
            self._unmake()
            self.close()
            raise StoreError(f"cannot write to {self.folder}: {error.strerror}") from error
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not isinstance(error, TrainerFailed):  # whose log says more than its sentence
            self._unmake()
        self.close()

    def _make(self, folder: Path) -> None:
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        self._made += reversed(missing)

    def _unmake(self) -> None:
        """Remove the folders that were made for a run of which nothing was recorded."""
        with contextlib.suppress(OSError):
            events = self.folder / EVENTS
            if self.folder not in self._made or (events.exists() and events.stat().st_size):
                return
            for name in (EVENTS, PROGRESS, LOG, LOCK):
                (self.folder / name).unlink(missing_ok=True)
            for folder in reversed(self._made):
                folder.rmdir()

    def close(self) -> None:
        """Give the lock and the files back."""
        for name in ("_events", "_progress", "_lock"):
            if getattr(self, name) >= 0:
                os.close(getattr(self, name))
                setattr(self, name, -1)

    def append(self, event: Record) -> None:
        """Write one event; it is on disk when this returns.

        Raises StoreError, with nothing half-written left behind, where it could not be.
        """
        self._require_place()
        end = os.fstat(self._events).st_size
        try:
            _write_all(self._events, encode(event) + b"\n")
            os.fsync(self._events)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(self._events, end)
            raise StoreError(
                f"cannot write {self.folder / EVENTS}: {error.strerror}; make room, then "
                f"`rewardsmith resume {self.folder}`"
            ) from error

    def _require_place(self) -> None:
        """Raises StoreError where the file that is open here is not the one at its path."""
        path = self.folder / EVENTS
        with contextlib.suppress(OSError):
            if os.path.samestat(path.stat(), os.fstat(self._events)):
                return
        raise StoreError(
            f"{path} was moved or deleted while the run went on, so that nothing more can be "
            "recorded; where it was moved to, `rewardsmith resume` goes on"
        )

    def note_progress(self, record: Record) -> None:
        """Write one line of progress; it may be lost."""
        with contextlib.suppress(OSError):
            _write_all(self._progress, encode(record) + b"\n")

    def _open_for_append(self, name: str) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        return os.open(self.folder / name, flags, 0o644)

    def _take_lock(self) -> None:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._lock, 64, 0).decode(errors="replace").strip()
            raise RunLocked(
                f"{self.folder} is being worked on by process {holder or 'unknown'}; "
                "wait for it or stop it, then try again"
            ) from None
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, f"{os.getpid()}\n".encode(), 0)

    def _cut_torn_line(self) -> None:
        data = (self.folder / EVENTS).read_bytes()
        end = _whole_lines(data)
        if end != len(data):
            os.ftruncate(self._events, end)
            os.fsync(self._events)

    def _sync_folder(self) -> None:
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def write_atomically(path: Path, data: bytes | str) -> None:
    """Write a whole file or nothing of it; raises StoreError with the path."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
            file.flush()
            os.fsync(file.fileno())  # else a failing power supply leaves an empty file
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise StoreError(f"cannot write {path}: {error.strerror}") from error


def read_arrays(path: Path) -> dict[str, Array]:
    """The arrays of an `.npz`; StoreError where it is missing, damaged or something else."""
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror or error}") from error
    except Exception as error:  # a damaged file makes zip, zlib and NumPy raise almost anything
        raise StoreError(f"{path} is damaged or no .npz of plain arrays") from error


def checkpoint_path(folder: Path, reward: str, seed: int) -> Path:
    """Where a member's checkpoint lies while it is trained."""
    return folder / CHECKPOINTS / f"{reward}-{seed}.npz"


def remove_checkpoints(folder: Path, reward: str, seeds: Iterable[int]) -> None:
    """Remove the checkpoints of a reward whose members' results are safe elsewhere."""
    for seed in seeds:
        path = checkpoint_path(folder, reward, seed)
        with contextlib.suppress(OSError):
            for left in (path, *path.parent.glob(f".{path.name}.*")):
                left.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        (folder / CHECKPOINTS).rmdir()


def last_words(log: Path | None, since: int = 0) -> str:
    """The last line that a log got since it had that size, shortened; empty where there is none.

    Indented lines are passed over: they belong to a warning or a traceback.
    """
    with contextlib.suppress(OSError):
        if log is not None:
            with log.open("rb") as file:
                file.seek(max(since, size_of(log) - _TAIL))
                lines = file.read(_TAIL).decode(errors="replace").splitlines()
            told = [" ".join(line.split()) for line in lines if line[:1].strip()]
            return told[-1][:_LONGEST_WORDS] if told else ""
    return ""


def size_of(log: Path | None) -> int:
    """The bytes of a log, 0 where there is none."""
    with contextlib.suppress(OSError):
        return log.stat().st_size if log is not None else 0
    return 0


def make_folder(path: Path) -> None:
    """The folder, made where it is missing; raises StoreError where it cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"cannot make the folder {path}: {error.strerror}") from error


def canonical_json(value: Any) -> bytes:
    """JSON with sorted keys and no spaces: equal values give equal bytes."""
    plain = msgspec.to_builtins(value)
    return json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()


def new_run_folder(root: Path, name: str, stamp: str) -> Path:
    """A folder under `root` that does not exist yet: NAME-STAMP, numbered where it is taken."""
    base = root / f"{name.replace('/', '-').replace(':', '-')}-{stamp}"
    candidates = (base, *(base.with_name(f"{base.name}-{n}") for n in range(2, 1000)))
    return next(path for path in candidates if not path.exists())
