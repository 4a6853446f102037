"""Trajectories: the arrays that a trainer left beside its result, by seed, and on the way."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from rewardsmith.analyzer.episodes import COMPONENT, Array
from rewardsmith.errors import StoreError
from rewardsmith.records import TrainResult
from rewardsmith.store import read_arrays

_WRITTEN = "component."
"""What the trainer puts before a component's name: no signal can have it."""
_UNREAD = frozenset({"simulator", "simulator_seed"})
"""The simulator's own reward: nothing that a model reads may come from it; and its seed."""


def load_trajectories(folder: Path, result: TrainResult) -> dict[int, dict[str, Array]]:
    """The recorded arrays of each seed, (rows, ...); a seed whose file is lost is left out."""
    found: dict[int, dict[str, Array]] = {}
    for member in result.members:
        if member.trajectories is not None:
            with suppress(StoreError):
                found[member.seed] = _arrays(folder / member.trajectories)
    return found


def load_earlier(folder: Path, result: TrainResult) -> dict[tuple[int, int], dict[str, Array]]:
    """The arrays recorded on the way, by seed and steps; a lost file is left out."""
    found: dict[tuple[int, int], dict[str, Array]] = {}
    for member in result.members:
        if member.trajectories is None:
            continue
        path = folder / member.trajectories
        sampled = () if member.sampled_steps is None else (member.sampled_steps,)
        for steps in (*member.checkpoint_steps, *sampled):
            with suppress(StoreError):
                arrays = _arrays(path.with_name(f"{path.stem}-at-{steps}{path.suffix}"))
                found[member.seed, steps] = arrays
    return found


def _arrays(path: Path) -> dict[str, Array]:
    kept = {name: value for name, value in read_arrays(path).items() if name not in _UNREAD}
    return {_plain(name): value for name, value in kept.items()}


def _plain(name: str) -> str:
    return COMPONENT + name.removeprefix(_WRITTEN) if name.startswith(_WRITTEN) else name
