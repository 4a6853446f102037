"""Namespaces of the fork server's own: no network, no mounts of others, an empty root to go to.

The kernel's own calls, as bubblewrap makes them: made once by the server, which every reward
process is forked from, they cost about a millisecond a run, need no root and no package.  Where a
distribution or a container forbids user namespaces (Docker's default, Ubuntu from 23.10), the part
does not hold and says why; nothing else depends on it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from dataclasses import dataclass
from pathlib import Path

_NEW = {
    "mount": 0x00020000,
    "cgroup": 0x02000000,
    "uts": 0x04000000,
    "ipc": 0x08000000,
    "user": 0x10000000,
    "net": 0x40000000,
}
_READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_EXEC, _RECURSIVE, _PRIVATE = 1, 2, 4, 8, 1 << 14, 1 << 18
_SET_DUMPABLE = 4
EMPTY = "/tmp"  # noqa: S108 - only where an empty, read-only file system is mounted over it
"""Where the server mounts an empty file system, in its own mounts, over what is there."""


@dataclass(frozen=True, slots=True)
class Part:
    """One wall: whether it holds here, and why or why not."""

    name: str
    holds: bool
    reason: str


def leave() -> Part:
    """Leave the caller's namespaces; this process must have one thread and have loaded all."""
    if sys.platform != "linux":
        return Part("namespaces", holds=False, reason=f"{sys.platform} has none")
    try:
        _leave()
    except OSError as error:
        return Part("namespaces", holds=False, reason=str(error))
    return Part("namespaces", holds=True, reason=f"own {', '.join(sorted(_NEW))}; an empty root")


def _leave() -> None:
    library = ctypes.CDLL(None, use_errno=True)
    flags = sum(_NEW.values())
    _demand(library.unshare(ctypes.c_int(flags)), "unshare")
    # New credentials take the right to look at one's own /proc away; it is given back here.
    library.prctl(ctypes.c_int(_SET_DUMPABLE), *(ctypes.c_ulong(n) for n in (1, 0, 0, 0)))
    _demand(_mount(library, None, "/", None, _RECURSIVE | _PRIVATE), "mount / as private")
    kind = _READ_ONLY | _NO_SUID | _NO_DEVICES | _NO_EXEC
    _demand(_mount(library, "tmpfs", EMPTY, "tmpfs", kind), "mount an empty root")


def _mount(
    library: ctypes.CDLL, source: str | None, target: str, kind: str | None, flags: int
) -> int:
    words = [text.encode() if text is not None else None for text in (source, target, kind)]
    return int(library.mount(*words, ctypes.c_ulong(flags), None))


def _demand(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {errno.errorcode.get(number, str(number))}")


def enter(served: Part | None) -> str:
    """Go to the empty root that the server made; OSError where there is none."""
    if served is None or not served.holds:
        raise OSError(served.reason if served is not None else "the server has none")
    os.chroot(EMPTY)
    os.chdir("/")
    if next(Path("/").iterdir(), None) is not None:
        raise OSError("the root is not empty")
    return served.reason
