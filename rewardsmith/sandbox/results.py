"""In the reward process: is what a candidate returned a total and components, row by row?

The sentences are for the model that wrote the candidate.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rewardsmith.sandbox.protocol import MAX_COMPONENTS, MAX_NAME, is_name

_NUMERIC = "biuf"
_AXIS = "sum or average over the last axis (axis=-1) of an array with several columns, not over all"

_KEEP = "keep the batch axis, one value per row; x[0] is the first row, x[..., 0] the first column"


class Refused(Exception):
    """A result that does not keep the contract: the kind, and a sentence for the model."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


def split(result: Any, rows: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Total and components, each (rows,) of numbers; Refused where it is anything else.

    A component that is one of Python's own numbers, `{"alive": 1.0}`, is that in every row; the
    total is an array, and so is what NumPy made of many rows, mostly by a forgotten axis.
    """
    if type(result) is not tuple or len(result) != 2:  # noqa: PLR2004 - total and components
        raise Refused(
            "type",
            "compute_reward must return a tuple (total, components), with components a dict of "
            f"named arrays; it returned {_what(result)}",
        )
    total, components = result
    if type(components) is not dict:
        raise Refused(
            "components",
            "the second value that compute_reward returns must be a dict of named arrays; "
            f"it is {_what(components)}",
        )
    _check_names(components)
    _check_array("the total", total, rows)
    components = {name: _filled(value, rows) for name, value in components.items()}
    for name, value in components.items():
        _check_array(f"component {name!r}", value, rows)
    return total, components


def same_names(names: tuple[str, ...], components: dict[str, np.ndarray]) -> None:
    """Refused where the components are not those of the first call."""
    if set(names) != set(components):
        now = ", ".join(components) or "none"
        raise Refused(
            "components",
            f"the components changed between calls: first {', '.join(names) or 'none'}, now {now}; "
            "return the same names on every call",
        )


def _check_names(components: dict[Any, Any]) -> None:
    if len(components) > MAX_COMPONENTS:
        raise Refused(
            "components",
            f"{len(components)} components came back; at most {MAX_COMPONENTS} are possible: "
            "add some of them up",
        )
    for name in components:
        if type(name) is not str or not is_name(name):
            shown = repr(name)[:80] if type(name) is str else _what(name)
            raise Refused(
                "components",
                f"{shown} cannot name a component: use a string like 'forward_speed' (letters, "
                f"digits, underscores; at most {MAX_NAME} characters)",
            )


def _filled(value: Any, rows: int) -> Any:
    """One of Python's numbers as an array (rows,), everything else as it is."""
    if type(value) not in (int, float, bool):
        return value
    try:
        return np.full(rows, float(value))
    except OverflowError:
        return np.full(rows, np.inf)


def _check_array(what: str, value: Any, rows: int) -> None:
    if isinstance(value, bool | int | float | np.generic):
        raise Refused(
            "shape",
            f"{what} is a single number ({type(value).__name__}); one value per row is expected, "
            f"shape ({rows},): {_AXIS}, and fill a constant with np.full_like",
        )
    if type(value) is not np.ndarray:
        raise Refused(
            "type",
            f"{what} must be a NumPy array of shape ({rows},); it is {_what(value)}",
        )
    if value.dtype.kind not in _NUMERIC:
        raise Refused(
            "type",
            f"{what} must be an array of real numbers; its dtype is {value.dtype}",
        )
    if value.shape != (rows,):
        advice = _AXIS if value.ndim != 1 else _KEEP
        if not value.ndim and rows == 1:
            advice = "squeeze() takes the batch axis away as well: write x[..., 0] or squeeze(-1)"
        raise Refused(
            "shape",
            f"{what} has shape {value.shape}; one value per row is expected, ({rows},): {advice}",
        )


def _what(value: Any) -> str:
    """What came, in words, without calling anything of the candidate's."""
    if value is None:
        return "None (is a return missing?)"
    if type(value) is np.ndarray:
        return f"an array of shape {value.shape}"
    if type(value) in (tuple, list, dict):
        return f"a {type(value).__name__} of {len(value)}"
    return f"a {type(value).__name__}"
