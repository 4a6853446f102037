"""A bank from a person's own recording: plain arrays, from a robot say, without a simulator."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np

from rewardsmith.bank import Bank, BankEpisode, extremes_of, ranges_of
from rewardsmith.errors import UsageError
from rewardsmith.signals import BUILTIN_SIGNALS, PREVIOUS, Array, Signal


def bank_from_file(path: Path, signals: Iterable[Signal] = ()) -> Bank:
    """A bank from a person's `.npz` of arrays named after signals, (rows, *shape).

    Rows in time's order with an `episode_step` (0 where one begins) give episodes too, and
    `previous_NAME` where it is missing; `fitness`, (rows,), is summed over each episode.
    Declared signals must be there with their shape.  Raises UsageError.
    """
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            arrays = {name: np.atleast_1d(file[name]) for name in file.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise UsageError(f"{path} is no .npz of plain arrays: {error}") from error
    fitness = arrays.pop("fitness", None)
    declared = tuple(signals)
    _check_recording(path, arrays, declared)
    if "episode_step" in arrays:
        _add_previous(arrays)
    episodes = () if fitness is None else _cut(arrays, fitness)
    obs = arrays.get("obs", arrays.get("next_obs"))
    return Bank(
        transitions={name: np.ascontiguousarray(value) for name, value in arrays.items()},
        episodes=episodes,
        observation_shape=() if obs is None else obs.shape[1:],
        ranges=ranges_of(arrays, declared),
        extremes=extremes_of(arrays),
        task_rewards={} if fitness is None else {"fitness": fitness.astype(np.float64)},
    )


def _check_recording(path: Path, arrays: dict[str, Array], declared: tuple[Signal, ...]) -> None:
    if not arrays:
        raise UsageError(f"{path} holds no signal")
    rows = {name: len(value) for name, value in arrays.items()}
    if len(set(rows.values())) > 1 or not min(rows.values()):
        raise UsageError(f"{path}: every array needs the same number of rows; there are {rows}")
    for name, value in arrays.items():
        if not name.isidentifier() or value.dtype.kind not in "fiub":
            raise UsageError(f"{path}: {name!r} is no array of numbers named after a signal")
        if value.dtype.kind == "f":
            arrays[name] = value.astype(np.float32)
    for signal in declared:
        found = arrays.get(signal.name)
        if found is None or found.shape[1:] != signal.shape:
            what = "is missing" if found is None else f"has shape {found.shape[1:]} a row"
            raise UsageError(f"{path}: signal {signal.name!r} {what}, expected {signal.shape}")


def _add_previous(arrays: dict[str, Array]) -> None:
    """`previous_NAME` as in design, invariant 5: no change at an episode's first step."""
    first = arrays["episode_step"] == 0
    names = [n for n in arrays if n not in BUILTIN_SIGNALS and not n.startswith(PREVIOUS)]
    for name in (*names, *(["action"] if "action" in arrays else [])):
        if PREVIOUS + name in arrays:
            continue
        value = arrays[name]
        shifted = np.concatenate([value[:1], value[:-1]])
        shifted[first] = 0 if name == "action" else value[first]
        arrays[PREVIOUS + name] = shifted


def _cut(arrays: Mapping[str, Array], fitness: Array) -> tuple[BankEpisode, ...]:
    if "episode_step" not in arrays or fitness.shape != arrays["episode_step"].shape:
        raise UsageError("`fitness` needs an `episode_step` of the same shape, (rows,)")
    starts = np.flatnonzero(arrays["episode_step"] == 0)
    terminated = arrays.get("terminated", np.zeros(len(fitness), dtype=np.bool_))
    bounds = [*starts.tolist(), len(fitness)]
    return tuple(
        BankEpisode(
            signals={name: value[low:high] for name, value in arrays.items()},
            fitness=float(np.sum(fitness[low:high], dtype=np.float64)),
            terminated=bool(terminated[high - 1]),
            policy="recorded",
            steps=fitness[low:high].astype(np.float64),
        )
        for low, high in pairwise(bounds)
        if low < high
    )
