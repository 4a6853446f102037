"""Arrays on the device that take NumPy's functions, so that signals stay as they are written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rewardsmith.backends.worlds import jax_module
from rewardsmith.signals import Array

_REDUCTIONS = {
    "add": "sum",
    "multiply": "prod",
    "maximum": "max",
    "minimum": "min",
    "logical_and": "all",
    "logical_or": "any",
}


class DeviceArray(np.lib.mixins.NDArrayOperatorsMixin):
    """A JAX array under NumPy's functions and operators; what they give is one again."""

    __array_priority__ = 1000

    def __init__(self, array: Any) -> None:
        self.array = array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:  # noqa: FBT001  NumPy's own
        """The numbers on the host."""
        del copy
        return np.asarray(self.array, dtype)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """One of NumPy's elementwise functions, or its reduction."""
        out = options.pop("out", (None,))[0]
        name = ufunc.__name__ if method == "__call__" else _REDUCTIONS.get(ufunc.__name__)
        if method not in {"__call__", "reduce"} or name is None:
            return NotImplemented
        result = getattr(jax_module().numpy, name)(*_plain(inputs), **_plain(options))
        if out is None:
            return DeviceArray(result)
        if not isinstance(out, DeviceArray):
            return NotImplemented
        out.array = result.astype(out.array.dtype)
        return out

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        """Any other of NumPy's functions that JAX has under the same name."""
        del types
        numpy = jax_module().numpy
        home = numpy.linalg if function.__module__ == "numpy.linalg" else numpy
        computed = getattr(home, function.__name__, None)
        if computed is None:
            return NotImplemented
        return _wrapped(computed(*_plain(args), **_plain(options)))

    def __getitem__(self, index: Any) -> DeviceArray:
        return DeviceArray(self.array[_plain(index)])

    def __len__(self) -> int:
        return len(self.array)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(self.array, name)
        if not callable(found):
            return _wrapped(found) if name == "T" else found

        def method(*args: Any, **options: Any) -> Any:
            return _wrapped(found(*_plain(args), **_plain(options)))

        return method


def _plain(value: Any) -> Any:
    """The same with JAX's arrays in place of ours, inside of containers too."""
    if isinstance(value, DeviceArray):
        return value.array
    if isinstance(value, list | tuple):
        parts: Sequence[Any] = value
        return type(value)(_plain(part) for part in parts)
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return value


def _wrapped(value: Any) -> Any:
    if isinstance(value, list | tuple):
        parts: Sequence[Any] = value
        return type(value)(_wrapped(part) for part in parts)
    return DeviceArray(value) if isinstance(value, jax_module().Array) else value
