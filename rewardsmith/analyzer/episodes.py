"""Recorded episodes: the rows of a trajectory file cut apart, with signals and events by step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from rewardsmith.analyzer.facts import EnvironmentFacts
from rewardsmith.environments import FEW_SIGNALS, event_rows
from rewardsmith.errors import EnvironmentUnavailable
from rewardsmith.records import Episode, MemberResult

Array = np.ndarray[Any, Any]

COMPONENT = "component_"
BARE = "next_obs"
NO_SIGNALS = frozenset(
    {"obs", "next_obs", "action", "terminated", "truncated", "episode_step", "total", "fitness"}
    | {"episode", "simulator", "simulator_seed"}
)
"""Arrays of a trajectory that are no declared signals; `simulator` may not even be read."""


@dataclass(frozen=True)
class EpisodeRows:
    """One recorded episode: arrays by name, (length, ...), in time's order."""

    seed: int
    number: int
    arrays: Mapping[str, Array]
    record: Episode | None
    events: Mapping[str, Array] = field(default_factory=dict[str, Array])
    """By declared event, on which steps it holds, (length,) of bool; those that can be told."""

    @property
    def length(self) -> int:
        """Its steps."""
        return len(self.arrays["episode_step"])

    def holds(self, event: str) -> Array:
        """On which steps an event holds, (length,) of bool; on none where it cannot be told."""
        return self.events.get(event, np.zeros(self.length, dtype=np.bool_))

    @property
    def terminated(self) -> bool:
        """Whether the simulator ended it, as far as its record tells."""
        return self.record is not None and self.record.terminated

    @property
    def whole(self) -> bool:
        """Whether it was recorded to its end: a sample may be cut."""
        known = [self.arrays[name] for name in ("terminated", "truncated") if name in self.arrays]
        return not known or any(bool(flags[-1]) for flags in known)

    @property
    def place(self) -> str:
        """Where to look it up."""
        return f"seed {self.seed}, episode {self.number}"

    @cached_property
    def scalars(self) -> Mapping[str, Array]:
        """The declared signals one number at a time, float64 (length,): `name`, `name[i]`.

        Where few are declared the bare observation's numbers are among them: `next_obs[i]`.
        """
        return dict(_scalars(self.arrays))

    def after(self, step: int) -> EpisodeRows:
        """What is left of it from a step on."""
        rest = {name: array[step:] for name, array in self.arrays.items()}
        events = {name: holds[step:] for name, holds in self.events.items()}
        return EpisodeRows(self.seed, self.number, rest, self.record, events)

    def succeeded(self, success: float | None) -> bool:
        """Whether its fitness reached success."""
        return success is not None and self.record is not None and self.record.fitness >= success


def episodes_of(
    seed: int, arrays: Mapping[str, Array], member: MemberResult | None, facts: EnvironmentFacts
) -> Iterator[EpisodeRows]:
    """The rows of one seed's file by episode, ordered by step; what is not finite is left out."""
    left = list(member.episodes) if member is not None else []
    number_of = np.asarray(arrays["episode"]).astype(np.int64)
    order = np.lexsort((np.asarray(arrays["episode_step"]), number_of))
    kept = {name: np.asarray(array)[order] for name, array in arrays.items()}
    kept = {name: array for name, array in kept.items() if np.isfinite(array).all()}
    starts = np.flatnonzero(np.diff(number_of[order], prepend=-1))
    for start, end in zip(starts, [*starts[1:], len(order)], strict=True):
        rows = {name: array[start:end] for name, array in kept.items()}
        record = _record_of(rows, left)
        if record is not None:
            left.remove(record)
        yield EpisodeRows(seed, int(number_of[order][start]), rows, record, _events(rows, facts))


def _events(rows: Mapping[str, Array], facts: EnvironmentFacts) -> dict[str, Array]:
    """The declared events, but for those that need a signal which was not recorded."""
    found: dict[str, Array] = {}
    for name, holds in facts.events.items():
        with suppress(EnvironmentUnavailable):
            found |= event_rows({name: holds}, rows)
    return found


def _record_of(rows: Mapping[str, Array], left: list[Episode]) -> Episode | None:
    """The episode of the member that these rows are: of their length, and nearest in return.

    Only some episodes are recorded, so an index would not tell which.
    """
    alike = [episode for episode in left if episode.length == len(rows["episode_step"])]
    if not alike or "total" not in rows:
        return alike[0] if alike else None
    total = float(rows["total"].sum())
    return min(alike, key=lambda e: float("inf") if e.reward is None else abs(e.reward - total))


def _scalars(arrays: Mapping[str, Array]) -> Iterator[tuple[str, Array]]:
    declared = [name for name in arrays if _declared(name)]
    found = dict(one for name in declared for one in _columns(name, arrays[name]))
    if len(declared) < FEW_SIGNALS and BARE in arrays:
        known = list(found.values())
        found |= {
            name: values
            for name, values in _columns(BARE, arrays[BARE])
            if not any(np.array_equal(values, other) for other in known)
        }
    yield from found.items()


def _columns(name: str, array: Array) -> Iterator[tuple[str, Array]]:
    """One array's numbers one at a time, float64 (length,)."""
    if array.ndim == 1:
        yield name, array.astype(np.float64)
        return
    columns = array.reshape(len(array), -1).astype(np.float64)
    yield from ((f"{name}[{k}]", columns[:, k]) for k in range(columns.shape[1]))


def _declared(name: str) -> bool:
    return name not in NO_SIGNALS and not name.startswith((COMPONENT, "previous_"))
