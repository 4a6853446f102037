"""Episodes of thousands of environments: their sums are kept, not their steps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rewardsmith.signals import Array
from rewardsmith.training.curves import TrainingEpisode


class EpisodeSums:
    """Fitness, return and length of every column's present episode."""

    def __init__(self, columns: int, reduce: str) -> None:
        self._reduce = reduce
        self._fitness = np.zeros(columns)
        self._total = np.zeros(columns)
        self._length = np.zeros(columns, np.int64)

    def add(
        self, fitness: Array, total: Array, valid: Array, ended: Array
    ) -> Iterator[tuple[int, TrainingEpisode]]:
        """The episodes that end in the next block, by column; all (steps, columns)."""
        for step in range(len(valid)):
            rows = valid[step]
            taken = self._taken(fitness[step])
            self._fitness = np.where(rows, taken, self._fitness)
            self._total += np.where(rows, total[step], 0.0)
            self._length += rows
            over = np.flatnonzero(ended[step] & rows)
            for column in over.tolist():
                yield column, self._episode(column)
            self._fitness[over] = self._total[over] = self._length[over] = 0

    def _taken(self, fitness: Array) -> Array:
        """The episodes' fitness with one more step."""
        begins = self._length == 0
        if self._reduce in {"sum", "mean"}:
            return self._fitness + fitness
        if self._reduce == "last":
            return fitness.astype(np.float64)
        larger = np.maximum if self._reduce == "max" else np.minimum
        return np.where(begins, fitness, larger(self._fitness, fitness))

    def _episode(self, column: int) -> TrainingEpisode:
        length = int(self._length[column])
        fitness = float(self._fitness[column])
        fitness = fitness / length if self._reduce == "mean" else fitness
        return TrainingEpisode(fitness=fitness, total=float(self._total[column]), length=length)

    def keep(self, columns: Array) -> EpisodeSums:
        """The sums of those columns only."""
        kept = EpisodeSums(len(columns), self._reduce)
        kept._fitness, kept._total = self._fitness[columns], self._total[columns]
        kept._length = self._length[columns]
        return kept
