"""A worker's way out: its replies, and between them signs of life, so that slow is told from hung.

What steps a simulator beats: a worker whose simulator does not come back falls silent.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

EVERY = 1.0
"""Seconds between two signs of life, at least."""


class Outlet:
    """The pipe to the trainer server; several threads may write."""

    def __init__(self, pipe: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._pipe = pipe
        self._clock = clock
        self._lock = threading.Lock()
        self._told = clock()

    def write(self, data: bytes) -> None:
        """Write whole lines."""
        with self._lock:
            view = memoryview(data)
            while view:
                view = view[os.write(self._pipe, view) :]
            self._told = self._clock()

    def beat(self) -> None:
        """Write an empty line, where nothing was written for a while."""
        if self._clock() - self._told >= EVERY:
            self.write(b"\n")


_outlets: list[Outlet] = []
"""At most one: a worker's process has one task and one pipe."""


def attach(outlet: Outlet) -> None:
    """From now on `beat` is heard there."""
    _outlets[:] = [outlet]


def beat() -> None:
    """Say that this process goes on; nothing where no one listens."""
    for outlet in _outlets:
        outlet.beat()
