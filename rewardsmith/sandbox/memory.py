"""Memory that two processes share and that has no name in the system.

The input can be written through the client's mapping alone: the child is handed a descriptor that
was opened read-only, and the file is sealed.  Neither file can shrink or grow, so that no process
is hit by a fault of another's making.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Final

import numpy as np

from rewardsmith.errors import UsageError
from rewardsmith.sandbox.protocol import (
    MAX_ARRAYS,
    MAX_BYTES,
    MAX_CAPACITY,
    MAX_COMPONENTS,
    MAX_DIMENSIONS,
    Slot,
    is_name,
)

_ADD_SEALS, _SEAL, _SHRINK, _GROW, _FUTURE_WRITE = 1033, 1, 2, 4, 16
_ALIGN = 64
ROW_BYTES: Final = 8 * (1 + MAX_COMPONENTS)
"""Bytes of output for one row: the total and every component that there may be."""


@dataclass(frozen=True, slots=True)
class ArraySpec:
    """One array of the input: its name, the shape of one row, its dtype (`float32`)."""

    name: str
    shape: tuple[int, ...]
    dtype: str = "float32"


@dataclass(frozen=True, slots=True)
class Shared:
    """A block of shared memory: this process's mapping, and the descriptor to hand on."""

    block: mmap.mmap
    descriptor: int


def layout(inputs: Sequence[ArraySpec], capacity: int) -> tuple[tuple[Slot, ...], int]:
    """Where each array of `capacity` rows lies, and how many bytes there are in all."""
    if not 1 <= capacity <= MAX_CAPACITY:
        raise UsageError(f"a capacity of {capacity} rows; it must be from 1 to {MAX_CAPACITY}")
    if len(inputs) > MAX_ARRAYS:
        raise UsageError(f"{len(inputs)} input arrays; at most {MAX_ARRAYS}")
    slots: list[Slot] = []
    end = 0
    for spec in inputs:
        dtype = _checked(spec)
        shape = (capacity, *spec.shape)
        slots.append(Slot(spec.name, dtype.str, shape, end))
        size = prod(shape) * dtype.itemsize
        end += -(-size // _ALIGN) * _ALIGN
    if end > MAX_BYTES or len({slot.name for slot in slots}) != len(slots):
        raise UsageError(f"{end} bytes of input, or a name twice: {[s.name for s in slots]}")
    return tuple(slots), max(end, mmap.PAGESIZE)


def views(block: mmap.mmap, slots: Sequence[Slot]) -> dict[str, np.ndarray]:
    """The arrays in a mapping, C-contiguous; read-only where the mapping is."""
    return {
        slot.name: np.ndarray(slot.shape, slot.dtype, buffer=block, offset=slot.offset)
        for slot in slots
    }


def output_view(block: mmap.mmap, capacity: int) -> np.ndarray:
    """The output, float64 (1 + 32, capacity): the total, then the components."""
    return np.ndarray((1 + MAX_COMPONENTS, capacity), np.float64, buffer=block)


def share_input(size: int) -> Shared:
    """Zeroed memory that only this process's mapping can write; the descriptor cannot."""
    return _share(size, read_only=True)


def share_output(size: int) -> Shared:
    """Zeroed memory that the process at the descriptor's other end may write."""
    return _share(size, read_only=False)


def _share(size: int, *, read_only: bool) -> Shared:
    writable, readable = _anonymous(size)
    block = mmap.mmap(writable, size)
    try:
        _seal(writable, future_write=read_only)
    except OSError:
        os.close(writable)
        os.close(readable)
        raise
    kept, closed = (readable, writable) if read_only else (writable, readable)
    os.close(closed)
    return Shared(block, kept)


def _anonymous(size: int) -> tuple[int, int]:
    """A nameless file of `size` bytes, opened to write and opened again only to read."""
    if sys.platform == "linux":
        writable = os.memfd_create("rewardsmith", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        path = f"/proc/self/fd/{writable}"
    else:
        writable, path = tempfile.mkstemp(prefix="rewardsmith")
    try:
        os.ftruncate(writable, size)
        readable = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        os.close(writable)
        raise
    finally:
        if sys.platform != "linux":
            os.unlink(path)  # noqa: PTH108 - the same path that mkstemp gave
    return writable, readable


def _seal(descriptor: int, *, future_write: bool) -> None:
    """Fix the size, and let no one else write where `future_write` (Linux 5.1)."""
    if sys.platform != "linux":
        return
    seals = _SEAL | _SHRINK | _GROW
    try:
        fcntl.fcntl(descriptor, _ADD_SEALS, seals | (_FUTURE_WRITE if future_write else 0))
    except OSError:
        fcntl.fcntl(descriptor, _ADD_SEALS, seals)


def _checked(spec: ArraySpec) -> np.dtype:
    """The dtype of a spec that can cross; UsageError says what is wrong with another."""
    if not is_name(spec.name):
        raise UsageError(f"{spec.name!r} is no name for a signal: an ASCII identifier is")
    try:
        dtype = np.dtype(spec.dtype)
    except TypeError as error:
        raise UsageError(f"signal {spec.name}: {spec.dtype!r} is no dtype") from error
    fits = len(spec.shape) < MAX_DIMENSIONS and all(0 <= size < 1 << 32 for size in spec.shape)
    if dtype.kind not in "biuf" or len(dtype.str) > MAX_DIMENSIONS or not fits:
        raise UsageError(f"signal {spec.name}: {dtype} of shape {spec.shape} cannot be shared")
    return dtype
