"""Trajectories: the arrays that a trainer left beside its result, by seed."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from rewardsmith.analyzer.evidence import COMPONENT, Array
from rewardsmith.errors import StoreError
from rewardsmith.records import TrainResult
from rewardsmith.store import read_arrays

_WRITTEN = "component."
"""What the trainer puts before a component's name: no signal can have it."""
_UNREAD = frozenset({"simulator"})
"""The simulator's own reward: nothing that a model reads may come from it."""


def load_trajectories(folder: Path, result: TrainResult) -> dict[int, dict[str, Array]]:
    """The recorded arrays of each seed, (rows, ...); a seed whose file is lost is left out."""
    found: dict[int, dict[str, Array]] = {}
    for member in result.members:
        if member.trajectories is None:
            continue
        with suppress(StoreError):
            arrays = read_arrays(folder / member.trajectories)
            kept = {name: value for name, value in arrays.items() if name not in _UNREAD}
            found[member.seed] = {_plain(name): value for name, value in kept.items()}
    return found


def _plain(name: str) -> str:
    return COMPONENT + name.removeprefix(_WRITTEN) if name.startswith(_WRITTEN) else name
