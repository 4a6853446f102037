"""Tries, from inside a confined process, what must be impossible, and tells what was possible."""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import socket
import sys
from collections.abc import Callable

import numpy as np


def _read() -> bool:
    os.close(os.open(sys.executable, os.O_RDONLY))
    return True


def _write() -> bool:
    os.close(os.open("/dev/null", os.O_WRONLY))
    return True


def _look() -> bool:
    os.stat("/")  # noqa: PTH116 - one bare system call is the point
    return True


def _socket() -> bool:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
    return True


def _fork() -> bool:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return True


def _execute() -> bool:
    """A forbidden call says EPERM before it looks for the file; ENOENT means it looked."""
    try:
        os.execv("/nonexistent/program", ["program"])  # noqa: S606 - must fail
    except OSError as error:
        return error.errno != errno.EPERM


def _signal() -> bool:
    os.kill(os.getppid() or 1, 0)
    return True


def _limit() -> bool:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    return True


CANARIES: dict[str, Callable[[], bool]] = {
    "read a file": _read,
    "write a file": _write,
    "look for a file": _look,
    "open a socket": _socket,
    "start a process": _fork,
    "run a program": _execute,
    "send a signal": _signal,
    "change a limit": _limit,
}
INPUT = "write to the input"
NAMES = (*CANARIES, INPUT)


def passed(block: np.ndarray) -> tuple[str, ...]:
    """The names of what was possible; empty is good.  `block` is the mapped input."""
    found = [name for name, attempt in CANARIES.items() if _possible(attempt)]
    if _writable(block):
        found.append(INPUT)
    return tuple(found)


def _possible(attempt: Callable[[], bool]) -> bool:
    try:
        return attempt()
    except (OSError, ValueError):
        return False


def _writable(block: np.ndarray) -> bool:
    """Whether the kernel would let this process make its input writable."""
    address = int(block.__array_interface__["data"][0])
    start = ctypes.c_void_p(address - address % resource.getpagesize())
    library = ctypes.CDLL(None)
    read, write = 1, 2
    if library.mprotect(start, ctypes.c_size_t(1), ctypes.c_int(read | write)) != 0:
        return False
    library.mprotect(start, ctypes.c_size_t(1), ctypes.c_int(read))
    return True
