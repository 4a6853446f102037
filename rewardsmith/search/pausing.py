"""A stop in the middle of a training: at the next checkpoint, where one comes soon."""

from __future__ import annotations

from collections.abc import Callable

from rewardsmith.records import TrainProgress

GRACE = 30.0
"""Seconds that a training which is to stop may still take to its next checkpoint."""


class Pause:
    """Tells when a training that is to stop loses least.

    What was trained since a checkpoint is trained again when the run is resumed: bit for bit the
    same, so that only time is lost.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since: float | None = None
        self._reached: dict[int, int] = {}
        """The last checkpoint of every worker."""
        self._waiting: set[int] = set()

    def due(self, progress: TrainProgress, *, asked: bool) -> bool:
        """Whether the time has come, now that a worker has told where it stands."""
        worker, reached = progress.worker, progress.checkpoint
        if asked and self._since is None:
            self._since = self._clock()
            self._waiting = {*self._reached, worker}
        if self._since is None:
            self._reached[worker] = reached
            return False
        ended = progress.steps >= progress.total
        if ended or reached > self._reached.get(worker, 0):
            self._waiting.discard(worker)
        late = self._clock() - self._since >= GRACE
        # what has trained to its end gives its results next
        return late or not (ended or self._waiting)
