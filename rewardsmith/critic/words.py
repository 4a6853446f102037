"""What went wrong in a dry run, in words that a model can act on."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rewardsmith.errors import RewardFailed
from rewardsmith.records import Reason
from rewardsmith.signals import Array

_LINE = re.compile(r"\nline (\d+): (.*)", re.DOTALL)
_SHAPE = re.compile(r"has shape \((\d+), (\d+)\)")
_MISLEADING = re.compile(r"\.? Use a\.any\(\) or a\.all\(\)\.?")
"""NumPy's own advice, which would mix the rows of a batch."""
_ADVICE = (
    (
        "truth value of an array",
        "signals are batches: write np.where(condition, a, b) for if, & and | for and and or",
    ),
    (
        "read-only",
        "inputs cannot be changed in place: start from a copy, x = x.copy(), or use np.where",
    ),
    (
        "only length-1 arrays|only 0-dimensional arrays|only size-1 arrays|must be real number",
        "signals are batches: leave float() and int() out, and write np.exp for math.exp",
    ),
    (
        "could not be broadcast|cannot reshape|shape mismatch|core dimension|not aligned",
        "bring the shapes together: reduce with axis=-1, or add an axis with x[..., None]",
    ),
    (
        "out of bounds|too many indices|axis .* is out of",
        "the first axis is the batch: x[..., i] is column i, and a signal (N,) has no columns",
    ),
    (
        "Cannot cast ufunc",
        "an in-place operation cannot change the type of an array: write x = x + ... instead",
    ),
    ("unexpected keyword argument", "look the argument's name up: NumPy says axis= and keepdims="),
    (
        "referenced before assignment|not associated with a value",
        "give the variable a value on every path, before it is used",
    ),
    (
        "setting an array element with a sequence|inhomogeneous",
        "stack arrays of one shape: np.stack",
    ),
    ("recursion", "write it without recursion"),
)
_KINDS: Mapping[str, str] = {
    "timeout": "it takes too long: compute on whole arrays, without loops over rows",
    "memory": "it needs too much memory: keep arrays at (N,) or (N, k); (N, N) is a mistake",
    "crashed": "remove whatever ends the process",
    "killed": "remove whatever ends the process or uses much memory",
}


def failure_reason(failure: RewardFailed, inputs: Mapping[str, Array], when: str) -> Reason:
    """The reason for a failed call; `when` says which one it was, where that matters."""
    message, line = failure.message.strip(), None
    if found := _LINE.search(message):
        line = int(found[1])
        message = f"{message[: found.start()]} at `{found[2].strip()[:120]}`"
    message = _MISLEADING.sub("", message)
    advice = _advice(failure.kind, message)
    if failure.kind == "error":
        shapes = (f"{name} {_shape(values)}" for name, values in inputs.items())
        advice += f"{'. ' if advice else ''}The signals: {', '.join(shapes)}"
    told = f"{when}{message}{': ' if advice else ''}{advice}"
    return Reason(rule=failure.kind, message=told, line=line)


def _advice(kind: str, message: str) -> str:
    """What to write instead."""
    if kind == "shape" and (found := _SHAPE.search(message)):
        if found[2] == "1":
            return "drop the last axis: x[..., 0] in place of x[..., 0:1], no keepdims=True"
        if found[1] == found[2]:
            return "an array (N, 1) met an array (N,): drop the last axis of the former, x[..., 0]"
    if kind == "error":
        return next((text for pattern, text in _ADVICE if re.search(pattern, message)), "")
    return _KINDS.get(kind, "")


def _shape(values: Array) -> str:
    """`(N,)` or `(N, 6)`."""
    return f"(N, {', '.join(map(str, values.shape[1:]))})" if values.ndim > 1 else "(N,)"
