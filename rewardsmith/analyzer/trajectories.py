"""Trajectories: the arrays that a trainer left beside its result, by seed."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from rewardsmith.analyzer.evidence import COMPONENT, Array
from rewardsmith.records import TrainResult

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
        try:
            with np.load(folder / member.trajectories, allow_pickle=False) as file:
                names = [name for name in file.files if name not in _UNREAD]
                found[member.seed] = {_plain(name): file[name] for name in names}
        except (OSError, ValueError, EOFError, zipfile.BadZipFile):
            continue
    return found


def _plain(name: str) -> str:
    return COMPONENT + name.removeprefix(_WRITTEN) if name.startswith(_WRITTEN) else name
