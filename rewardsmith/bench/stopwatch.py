"""Where the time of a program goes: exclusive seconds of its phases."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Stopwatch:
    """Seconds by phase; a phase that runs inside another counts for itself alone."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._running: list[str] = []
        self._since = 0.0
        self.seconds: dict[str, float] = {}

    def timed(self, phase: str, function: Callable[P, T]) -> Callable[P, T]:
        """The same function, whose time counts for `phase`."""

        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            self._switch()
            self._running.append(phase)
            try:
                return function(*args, **kwargs)
            finally:
                self._switch()
                self._running.pop()

        return run

    def reset(self) -> None:
        """Forget what was measured."""
        self.seconds.clear()

    def _switch(self) -> None:
        """Add the time since the last switch to the phase that was running."""
        now = self._clock()
        if self._running:
            phase = self._running[-1]
            self.seconds[phase] = self.seconds.get(phase, 0.0) + now - self._since
        self._since = now
