"""Gymnasium spaces as the trainer sees them: one float32 observation, one `ActionSpace`.

A dict observation is flattened with its keys sorted, a discrete one becomes one-hot; a plain
box keeps its shape.  Both backends do this alike, so that a signal reads the same place.
Of `info` only what is made of numbers is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rewardsmith.backends import ActionSpace
from rewardsmith.errors import EnvironmentUnavailable
from rewardsmith.signals import Array


def action_space_of(space: Any, identifier: str) -> ActionSpace:
    """The action space in plain numbers; EnvironmentUnavailable for any other."""
    from gymnasium.spaces import Box, Discrete

    if isinstance(space, Discrete):
        return ActionSpace(count=int(space.n))
    if isinstance(space, Box) and np.issubdtype(space.dtype, np.floating) and 0 not in space.shape:
        low, high = (np.asarray(bound, dtype=float).ravel() for bound in (space.low, space.high))
        return ActionSpace(shape=space.shape, low=tuple(low.tolist()), high=tuple(high.tolist()))
    raise EnvironmentUnavailable(
        f"{identifier} takes actions of {space}; only a box of floats or a discrete space "
        "can be trained"
    )


def named_slices(space: Any) -> dict[str, tuple[int, int]]:
    """Where each entry of a dict observation lies once it is flattened; empty for other spaces."""
    from gymnasium.spaces import Dict

    if not isinstance(space, Dict):
        return {}
    slices: dict[str, tuple[int, int]] = {}
    at = 0
    for keys, part in leaves(space):
        size = int(np.prod(leaf_shape(part), dtype=int))
        slices[".".join(map(str, keys))] = (at, at + size)
        at += size
    return slices


def observation_shape(space: Any, identifier: str) -> tuple[int, ...]:
    """The shape of one observation as float32; EnvironmentUnavailable where it has none."""
    try:
        shapes = [leaf_shape(part) for _, part in leaves(space)]
    except TypeError as error:
        raise EnvironmentUnavailable(f"{identifier} observes {error}") from error
    if len(shapes) == 1 and not named_slices(space):
        return shapes[0]
    return (sum(int(np.prod(shape, dtype=int)) for shape in shapes),)


class ObservationReader:
    """Turns a batch of observations of one space into float32 (environments, *shape)."""

    def __init__(self, space: Any, identifier: str) -> None:
        self.shape = observation_shape(space, identifier)
        self._leaves = leaves(space)
        self._plain = not named_slices(space) and not _is_discrete(space)

    def stack(self, rows: Sequence[Any]) -> Array:
        """Single observations as one batch.

        Raises TypeError, ValueError, KeyError or IndexError where they are not of the space.
        """
        if self._plain:
            batch = np.array(rows, dtype=np.float32)
        else:
            singles = [
                [_leaf_row(_entry(row, keys), part) for keys, part in self._leaves] for row in rows
            ]
            batch = np.array([np.concatenate(single) for single in singles])
        if batch.shape[1:] != self.shape:
            raise ValueError(f"it has shape {batch.shape[1:]}, the space {self.shape}")
        return batch

    def read(self, obs: Any) -> Array:
        """The batch as float32; no copy where it is one already."""
        if self._plain:
            return obs.astype(np.float32, copy=False)
        parts = [_leaf_values(_entry(obs, keys), part) for keys, part in self._leaves]
        return np.concatenate(parts, axis=1)


def leaves(space: Any) -> list[tuple[tuple[Any, ...], Any]]:
    """Every plain space with the keys that lead to it, in sorted order of keys."""
    from gymnasium.spaces import Dict

    if not isinstance(space, Dict):
        return [((), space)]
    found: list[tuple[tuple[Any, ...], Any]] = []
    for key in sorted(space.spaces):
        found += [((key, *keys), part) for keys, part in leaves(space.spaces[key])]
    return found


def _entry(obs: Any, keys: tuple[Any, ...]) -> Any:
    for key in keys:
        obs = obs[key]
    return obs


def _is_discrete(space: Any) -> bool:
    from gymnasium.spaces import Discrete

    return isinstance(space, Discrete)


def leaf_shape(space: Any) -> tuple[int, ...]:
    """The shape of a plain space as numbers; TypeError where it has none."""
    if _is_discrete(space):
        return (int(space.n),)
    if space.shape is None:
        raise TypeError(f"{space}, which has no fixed shape")
    return tuple(int(size) for size in space.shape)


def _leaf_row(value: Any, space: Any) -> Array:
    return _leaf_values(np.asarray(value)[None], space)[0]


def _leaf_values(values: Any, space: Any) -> Array:
    """One entry of the batch as float32 (environments, size)."""
    values = np.asarray(values)
    if _is_discrete(space):
        numbers = np.arange(int(space.start), int(space.start) + int(space.n))
        return (values.reshape(-1, 1) == numbers).astype(np.float32)
    return values.reshape(len(values), -1).astype(np.float32)


class InfoRows:
    """Makes arrays of the numeric entries of `info`; what was seen once is always given."""

    def __init__(self, shapes: Mapping[str, Sequence[int]] | None) -> None:
        self._fixed = shapes is not None
        self._shapes = {name: tuple(shape) for name, shape in (shapes or {}).items()}
        self._varying: set[str] = set()

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The entries seen so far that kept their shape, with the shape of one row.

        While they are learned an entry that is not finite is none.
        """
        return {n: shape for n, shape in self._shapes.items() if n not in self._varying}

    def stack(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, Array]:
        """Arrays (rows, *shape), 0 where a row lacks the entry."""
        found = [{key: row[key] for key in row if _is_entry(key, row[key])} for row in rows]
        for row in found:
            self._learn(row)
        stacked: dict[str, Array] = {}
        for name, shape in self.shapes.items():
            missing = np.zeros(shape)
            stacked[name] = np.array([row.get(name, missing) for row in found], dtype=np.float64)
        return stacked

    def _learn(self, row: Mapping[str, Any]) -> None:
        for name, value in row.items():
            if self._fixed and name not in self._shapes:
                continue
            known = self._shapes.setdefault(name, np.shape(value))
            if known != np.shape(value) or not (self._fixed or _finite(value)):
                self._varying.add(name)


def _is_entry(name: Any, value: Any) -> bool:
    """Whether an item of `info` is a number, or an array of numbers, that has a name."""
    return isinstance(name, str) and _numbers(value)


def _numbers(entry: Any) -> bool:
    """Whether an entry of `info` is a number or an array of numbers."""
    if isinstance(entry, np.ndarray | np.generic):
        return entry.dtype.kind in "fiub"
    return isinstance(entry, bool | int | float)


def _finite(value: Any) -> bool:
    try:
        return bool(np.isfinite(np.asarray(value, dtype=np.float64)).all())
    except OverflowError:
        return False


def numeric_entries(info: Mapping[str, Any], hidden: frozenset[str]) -> dict[str, Array]:
    """The numeric entries of a batch's `info` but the hidden ones."""
    return {key: value for key, value in info.items() if key not in hidden and _numbers(value)}
