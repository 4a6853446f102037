"""A bank from a person's own recording: plain arrays, from a robot say, without a simulator."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from zipfile import ZipFile

import numpy as np

from rewardsmith.bank import ROWS, Bank, BankEpisode, extremes_of, ranges_of
from rewardsmith.environments import Environment
from rewardsmith.errors import UsageError, nearest
from rewardsmith.signals import BUILTIN_SIGNALS, PREVIOUS, Array, Signal, recorded_only

MOST_BYTES = 2 << 30
"""Of all arrays of a recording, unpacked."""
_HIDDEN = frozenset({"success", "is_success"})


def bank_from_file(
    path: Path, signals: Iterable[Signal] = (), *, hidden: Collection[str] = ()
) -> Bank:
    """A bank from a person's `.npz` of arrays named after signals, (rows, *shape).

    Rows in time's order with an `episode_step` (0 where one begins), or with the rows that end an
    episode in `terminated` and `truncated`, give episodes too, and `previous_NAME` where it is
    missing; `fitness`, (rows,), is summed over each episode.  Declared signals must be there with
    their shape, and what is `hidden` is no signal.  Raises UsageError.
    """
    arrays = {name: value for name, value in _read(path).items() if name not in hidden}
    fitness = arrays.pop("fitness", None)
    declared = tuple(signals)
    _check_recording(path, arrays, declared)
    _add_episode_step(arrays)
    if "episode_step" in arrays:
        _add_ends(arrays)
        _add_previous(arrays)
    episodes = () if fitness is None else _cut(path, arrays, fitness)
    obs = arrays.get("obs", arrays.get("next_obs"))
    return Bank(
        transitions=_some(arrays),
        episodes=episodes,
        observation_shape=() if obs is None else obs.shape[1:],
        ranges=ranges_of(arrays, declared),
        extremes=extremes_of(arrays),
        task_rewards={} if fitness is None else {"fitness": fitness.astype(np.float64)},
    )


def recorded_environment(path: Path, wanted: Sequence[str] = ()) -> Environment:
    """An environment without a simulator: a signal for every array of a recording.

    Entries named after rewards and success are signals only where they are `wanted`.
    """
    arrays = _read(path)
    own = [n for n in arrays if n not in BUILTIN_SIGNALS and n != "fitness"]
    kept = [n for n in own if not n.startswith(PREVIOUS) and (n in wanted or not _is_hidden(n))]
    signals = tuple(
        Signal(name, "", "as recorded", recorded_only, shape=arrays[name].shape[1:])
        for name in kept
        if name.isidentifier()
    )
    hidden = tuple(n for n in own if _is_hidden(n.removeprefix(PREVIOUS)) and n not in wanted)
    return Environment(signals=signals, tasks=(), name=path.stem, bank=str(path), hidden=hidden)


def _is_hidden(name: str) -> bool:
    return "reward" in name.lower() or name.lower() in _HIDDEN


def _read(path: Path) -> dict[str, Array]:
    """The arrays of a file, nothing of it unpickled; UsageError where it is something else."""
    try:
        with ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size <= MOST_BYTES:
            with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                return {name: np.atleast_1d(file[name]) for name in file.files}
    except Exception as error:  # a damaged file fails in a hundred ways
        told = str(error) or type(error).__name__
        raise UsageError(f"{path} is no .npz of plain arrays: {told}") from error
    raise UsageError(
        f"{path} unpacks to {size >> 20} MiB; at most {MOST_BYTES >> 20} are read: leave rows out"
    )


def _check_recording(path: Path, arrays: dict[str, Array], declared: tuple[Signal, ...]) -> None:
    if not arrays:
        raise UsageError(f"{path} holds no signal")
    rows = {name: len(value) for name, value in arrays.items()}
    if len(set(rows.values())) > 1 or not min(rows.values()):
        raise UsageError(f"{path}: every array needs the same number of rows; there are {rows}")
    for name, value in arrays.items():
        if not name.isidentifier() or value.dtype.kind not in "fiub" or not value[0].size:
            raise UsageError(f"{path}: {name!r} is no array of numbers named after a signal")
        if value.dtype.kind == "f":
            arrays[name] = _finite(path, name, value)
    for name in ("terminated", "truncated", "episode_step"):
        if name in arrays and arrays[name].ndim != 1:
            raise UsageError(f"{path}: {name!r} has one number a row, shape (rows,)")
        if name in arrays and name != "episode_step":
            arrays[name] = arrays[name] != 0
    for signal in declared:
        _check_declared(path, arrays, signal)


def _check_declared(path: Path, arrays: Mapping[str, Array], signal: Signal) -> None:
    found = arrays.get(signal.name)
    if found is None:
        near = nearest(signal.name, arrays)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there is {', '.join(arrays)}"
        raise UsageError(f"{path}: signal {signal.name!r} is missing; {hint}")
    if found.shape[1:] != signal.shape:
        shape = found.shape[1:]
        raise UsageError(
            f"{path}: signal {signal.name!r} has shape {shape} a row, expected {signal.shape}"
        )


def _finite(path: Path, name: str, value: Array) -> Array:
    """The array as float32; UsageError where a number is none."""
    with np.errstate(over="ignore"):
        plain = value.astype(np.float32)
    bad = ~np.isfinite(plain)
    if bad.any():
        row = int(np.argmax(bad.reshape(len(bad), -1).any(axis=1)))
        raise UsageError(
            f"{path}: {name!r} is not finite in {int(bad.sum())} places, first in row {row}; "
            "leave such rows out"
        )
    return plain


def _add_episode_step(arrays: dict[str, Array]) -> None:
    """`episode_step` where rows tell which of them end an episode."""
    marks = [arrays[name] for name in ("terminated", "truncated") if name in arrays]
    if "episode_step" in arrays or not marks:
        return
    ended = np.any(marks, axis=0)
    rows = np.arange(len(ended))
    starts = np.concatenate([[0], np.flatnonzero(ended[:-1]) + 1])
    arrays["episode_step"] = rows - starts[np.searchsorted(starts, rows, side="right") - 1]


def _add_ends(arrays: dict[str, Array]) -> None:
    """Of `terminated` and `truncated` the one that is missing: an episode has one end."""
    first = arrays["episode_step"] == 0
    ends = np.concatenate([first[1:], [False]])
    for name, other in (("terminated", "truncated"), ("truncated", "terminated")):
        if name not in arrays and other in arrays:
            arrays[name] = ends & ~arrays[other]


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


def _some(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """At most ROWS shuffled rows of a long recording, all of a short one."""
    rows = len(next(iter(arrays.values())))
    kept = np.arange(rows)
    if rows > ROWS:
        kept = np.random.default_rng(0).permutation(rows)[:ROWS]
    return {name: np.ascontiguousarray(value[kept]) for name, value in arrays.items()}


def _cut(path: Path, arrays: Mapping[str, Array], fitness: Array) -> tuple[BankEpisode, ...]:
    if "episode_step" not in arrays or fitness.shape != arrays["episode_step"].shape:
        raise UsageError("`fitness` needs an `episode_step` of the same shape, (rows,)")
    if fitness.dtype.kind not in "fiub":
        raise UsageError(f"{path}: 'fitness' is no array of numbers")
    fitness = _finite(path, "fitness", fitness.astype(np.float64))
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
