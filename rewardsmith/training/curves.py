"""Learning curves: finished episodes and components of one member, at most ten points."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec import convert, to_builtins

from rewardsmith.records import ComponentCurve, Record
from rewardsmith.signals import Array

POINTS = 10
_CONSTANT = 1e-9
"""Of the size of the rewards: less than this between the smallest and the largest is nothing."""
_LARGE, _EXPLOSION = 1e6, 1e3
"""Rewards explode when they get this large, and so many times larger between two marks."""
RECENT = 20
"""Finished episodes whose mean fitness is told as progress."""


class EpisodeLog:
    """Joins blocks into whole episodes, for some columns of a stack."""

    def __init__(self, columns: int) -> None:
        self._open: list[list[dict[str, Array]]] = [[] for _ in range(columns)]

    def add(
        self, values: Mapping[str, Array], valid: Array, ended: Array
    ) -> Iterator[tuple[int, dict[str, Array]]]:
        """The episodes that end in the next block: column, and each value over its steps.

        All arrays are (steps, columns, ...); rows that are not valid belong to no episode.
        """
        for column, chunks in enumerate(self._open):
            mask, start = valid[:, column], 0
            stops = [*(np.flatnonzero(ended[:, column]) + 1), len(mask)]
            for stop in stops:
                part = slice(start, stop)
                rows = mask[part]
                if rows.any():
                    chunks.append({n: v[part, column][rows] for n, v in values.items()})
                if stop > start and ended[stop - 1, column] and chunks:
                    joined = {n: np.concatenate([c[n] for c in chunks]) for n in values}
                    chunks.clear()
                    yield column, joined
                start = stop

    def begun(self, column: int) -> dict[str, Array] | None:
        """The steps so far of a column's episode that has not ended; None where none has begun."""
        chunks = self._open[column]
        return {n: np.concatenate([c[n] for c in chunks]) for n in chunks[0]} if chunks else None

    def keep(self, columns: Array) -> EpisodeLog:
        """The log of those columns only."""
        kept = EpisodeLog(0)
        kept._open = [self._open[column] for column in columns]
        return kept


@dataclass(frozen=True, slots=True)
class TrainingEpisode:
    """What is remembered of an episode of training."""

    fitness: float
    total: float
    length: int


class Mark(Record, frozen=True):
    """A member at the end of a part: what a short evaluation of its policy gave."""

    steps: int
    fitness: float | None
    """Mean over the evaluation's episodes; None where its reward failed on them."""
    total: float | None
    """Mean return under the member's own reward."""
    scale: float
    """The divisor of its rewards."""
    constant: bool = False
    """Every transition so far was worth the same, and no episode was ended by the simulator."""


class MemberCurves:
    """Curves of one member, fed block by block."""

    def __init__(self, blocks: int, rows: int) -> None:
        points = min(POINTS, blocks)
        self._ends = [math.ceil((point + 1) * blocks / points) for point in range(points)]
        self._rows = rows
        self._blocks = 0
        self._episodes: list[TrainingEpisode] = []
        self._sums: dict[str, Array] = {}
        self._transitions = 0
        self.recent: deque[float] = deque(maxlen=RECENT)
        self.steps: list[int] = []
        self.fitness: list[float | None] = []
        self.total: list[float | None] = []
        self.length: list[float | None] = []
        self._components: dict[str, list[tuple[float | None, ...]]] = {}
        self.marks: list[Mark] = []
        self.sampled: int | None = None
        """Steps after which an episode was recorded, where there are no marks."""
        self._low, self._high = math.inf, -math.inf
        self._ends_early = False

    def add_episode(self, episode: TrainingEpisode) -> None:
        """Take in an episode that ended."""
        self._episodes.append(episode)
        if math.isfinite(episode.fitness):
            self.recent.append(episode.fitness)

    def add_block(self, components: Mapping[str, Array], valid: Array) -> None:
        """Take in a block's components, (steps, environments); closes a point where one is due."""
        self._transitions += int(valid.sum())
        for name, block in components.items():
            values = block[valid]
            with np.errstate(invalid="ignore", over="ignore"):
                sums = np.array([values.sum(), np.square(values).sum(), np.count_nonzero(values)])
            self._sums[name] = self._sums.get(name, np.zeros(3)) + sums
        self._blocks += 1
        if self._blocks in self._ends:
            self._close_point()

    def add_total(self, total: Array, valid: Array, terminated: Array) -> None:
        """Take in a block's rewards and where the simulator ended an episode."""
        worth = total[valid]
        self._low = min(self._low, float(worth.min(initial=math.inf)))
        self._high = max(self._high, float(worth.max(initial=-math.inf)))
        self._ends_early = self._ends_early or bool(terminated.any())

    @property
    def constant(self) -> bool:
        """Whether nothing can be learned from the rewards so far (the critic's `constant`)."""
        scale = max(1.0, abs(self._low), abs(self._high))
        return self._high - self._low <= _CONSTANT * scale and not self._ends_early

    @property
    def degenerate(self) -> str:
        """Why nothing can come of this training, by its last mark; empty where something may."""
        *_, before, last = [None, *self.marks[-2:]] if self.marks else [None, None]
        if last is None:
            return ""
        if last.constant:
            return "the reward was the same on every transition and no episode ended early"
        if before is not None and last.scale > max(_LARGE, _EXPLOSION * before.scale):
            return f"the rewards grew from a size of {before.scale:.3g} to {last.scale:.3g}"
        return ""

    def state(self) -> dict[str, Any]:
        """All of it as JSON holds it."""
        state = {name: to_builtins(getattr(self, name)) for name in _STATE}
        sums = {name: values.tolist() for name, values in self._sums.items()}
        return state | {"_sums": sums, "recent": list(self.recent)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Become what `state` was taken from."""
        for name, kind in _STATE.items():
            setattr(self, name, convert(state[name], kind))
        self._sums = {name: np.array(values) for name, values in state["_sums"].items()}
        self.recent = deque(state["recent"], maxlen=RECENT)

    def _close_point(self) -> None:
        self.steps.append(self._blocks * self._rows)
        self.fitness.append(_mean([e.fitness for e in self._episodes]))
        self.total.append(_mean([e.total for e in self._episodes]))
        self.length.append(_mean([float(e.length) for e in self._episodes]))
        rows = max(1, self._transitions)
        spreads = {name: _spread(sums, rows) for name, sums in self._sums.items()}
        together = sum(spread for spread in spreads.values() if spread is not None)
        for name, sums in self._sums.items():
            spread = spreads[name]
            share = spread / together if spread is not None and together > 0 else None
            point = (_finite(sums[0] / rows), share, spread, _finite(sums[2] / rows))
            missing = len(self.steps) - 1 - len(self._components.get(name, []))
            self._components.setdefault(name, []).extend([(None,) * 4] * missing + [point])
        self._episodes, self._sums, self._transitions = [], {}, 0

    def components(self) -> tuple[ComponentCurve, ...]:
        """The curves of the components, in the order in which the reward gave them."""
        curves: list[ComponentCurve] = []
        for name, points in self._components.items():
            mean, share, spread, positive = zip(*points, strict=True)
            curves.append(
                ComponentCurve(name=name, mean=mean, share=share, spread=spread, positive=positive)
            )
        return tuple(curves)


def _mean(values: list[float]) -> float | None:
    return _finite(float(np.mean(values))) if values else None


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _spread(sums: Array, rows: int) -> float | None:
    variance = sums[1] / rows - (sums[0] / rows) ** 2
    return math.sqrt(max(0.0, float(variance))) if math.isfinite(variance) else None


_Points = list[float | None]
_STATE: Mapping[str, Any] = {
    "_blocks": int,
    "_episodes": list[TrainingEpisode],
    "_transitions": int,
    "steps": list[int],
    "fitness": _Points,
    "total": _Points,
    "length": _Points,
    "_components": dict[str, list[tuple[float | None, ...]]],
    "marks": list[Mark],
    "_low": float,
    "_high": float,
    "_ends_early": bool,
}
"""What a member's curves consist of, but for the two that JSON does not hold as they are."""
