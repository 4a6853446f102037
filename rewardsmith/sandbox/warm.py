"""Runs once, before any fork, what a reward may call: NumPy imports parts of itself lazily.

A lazy import after confinement would fail, and memory touched here is shared by all forks.
"""

from __future__ import annotations

import codecs
import contextlib
import traceback
import warnings
from collections.abc import Callable, Iterator

import numpy as np

from rewardsmith.language import compile_reward, names

_SAMPLE = """
def compute_reward(x):
    y = np.exp(-np.square(x))
    return y, {"y": y}
"""


def warm() -> None:
    """Call everything once; what fails fails here, and is no matter."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for call in _calls():
            with contextlib.suppress(Exception):
                call()
        _mistakes()
        _language()
    for encoding in ("ascii", "latin-1", "utf-8"):
        codecs.lookup(encoding)  # files of /proc are read after the server's own are out of reach


def _calls() -> Iterator[Callable[[], object]]:
    """Each function on the arguments that one of its forms takes."""
    square = np.linspace(0.1, 0.9, 9).reshape(3, 3) + np.eye(3)
    flat = square.ravel()
    forms = ((square,), (square, square), (flat, 2), (flat, flat), ((square, square),), (3, 3))
    more = ((0.0, 1.0, 5), (flat, flat, flat), (square, 0, 1), (square > 1, square, square))
    for module, allowed in ((np, names.NUMPY), (np.linalg, names.LINALG)):
        for function in (getattr(module, name, None) for name in sorted(allowed)):
            if callable(function):
                for form in (*forms, *more):
                    yield lambda function=function, form=form: function(*form)
    for name in sorted(names.ATTRIBUTES):
        yield lambda name=name: getattr(square, name)()
        yield lambda name=name: getattr(square, name)(axis=-1)
    for function in (np.sum, np.mean, np.std, np.max, np.median, np.quantile, np.percentile):
        rest = (0.5,) if function in (np.quantile, np.percentile) else ()
        yield lambda function=function, rest=rest: function(square, *rest, axis=-1, keepdims=True)
    yield lambda: np.einsum("ij,jk->ik", square, square, optimize=True)
    yield lambda: np.select([flat > 0, flat > 1], [flat, flat])
    yield lambda: np.matmul(np.ones((512, 512)), np.ones((512, 512)))
    yield lambda: (str(square), repr(flat), f"{flat[0]:.3f}", str(np.float32(1.5)))
    yield lambda: (square.astype(np.float32), square.astype(int), np.float32(2) * square)
    yield lambda: np.pad(flat, 1, mode="edge")
    yield lambda: compile("\u03bc = 1", "<candidate>", "exec")  # normalised by unicodedata


def _mistakes() -> None:
    """The usual mistakes: their messages import parts of NumPy too."""
    flat = np.ones(3)
    mistakes: tuple[Callable[[], object], ...] = (
        lambda: flat + np.ones(4),
        lambda: flat[7],
        lambda: flat[np.array([0.5])],
        lambda: np.sum(flat, axis=3),
        lambda: flat @ np.ones(4),
        lambda: np.linalg.inv(np.zeros((2, 2))),
        lambda: np.linalg.inv(flat),
        lambda: np.add(flat, "text"),
        lambda: np.empty(1 << 60),
        lambda: np.array([[1.0], [1.0, 2.0]]),
        lambda: flat.reshape(7, 7),
        lambda: bool(flat),
        lambda: float(flat),
        lambda: np.add(flat, flat, out=np.ones(3, int)),
        lambda: getattr(np, "nothing_of_that_name"),  # noqa: B009 - the failing look-up is the point
        lambda: compile("def f(:", "<candidate>", "exec"),
    )
    for mistake in mistakes:
        try:
            mistake()
        except Exception as error:  # noqa: BLE001 - the message is what is wanted
            traceback.format_exception(error)


def _language() -> None:
    """Compile one sound reward and one that is refused, as a reward process will."""
    compile_reward(_SAMPLE)(x=np.ones(3))
    for wrong in ("def compute_reward(", "import os\n", "def compute_reward(x):\n  return x.a.b\n"):
        try:
            compile_reward(wrong)
        except Exception as error:  # noqa: BLE001 - the message is what is wanted
            traceback.format_exception(error)
