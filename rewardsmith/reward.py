"""Rewards as a person uses them: load a reward module, call it, wrap an environment with it.

A loaded reward runs in this process.  Loading checks it against the reward language first, and
what was checked is what runs; `trusted=True` skips that for a file that its reader wrote.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from rewardsmith.errors import RewardFailed, RewardInvalid, UsageError
from rewardsmith.language import RewardFunction, compile_reward, parse_reward, source_hash
from rewardsmith.signals import Array

SCALE = "REWARD_SCALE"
"""The constant of a reward module that holds the scale it was trained with."""
MARK = "# ---- the reward as it was written ----"
"""The line of a saved module below which the candidate's own source stands."""
_HARMLESS = ("import math", "import numpy as np")


@dataclass(frozen=True, slots=True)
class Reward:
    """A loaded reward: call it with signals by name, each a batch (rows, ...)."""

    source: str
    function: Callable[..., Any]
    parameters: tuple[str, ...]
    """The signals that it takes."""
    hash: str
    """Of its tokens: formatting and comments do not change it, nor does a saved module's head."""
    header: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The module's constants, by their names in capitals."""
    trusted: bool = False
    """Whether it runs as it stands; what was checked cannot write into what it is given."""

    @property
    def scale(self) -> float | None:
        """What rewards were divided by at the end of training, where the module says it."""
        value = self.header.get(SCALE)
        return float(value) if isinstance(value, int | float) else None

    def __call__(self, **signals: Array) -> tuple[Array, dict[str, Array]]:
        """Total and components, float64 (rows,); signals that it does not take are ignored.

        They are arrays of their own: no part of the signals, which may be the simulator's memory.
        Raises UsageError for a missing signal, RewardFailed for an answer of a wrong form.
        """
        missing = [name for name in self.parameters if name not in signals]
        if missing:
            raise UsageError(f"the reward takes {', '.join(missing)}, and this is not given")
        given = {name: self._given(signals[name]) for name in self.parameters}
        try:
            answer = self.function(**given)
        except Exception as error:
            raise RewardFailed("error", f"{type(error).__name__}: {error}") from error
        rows = len(next(iter(given.values()))) if given else None
        return _checked(answer, rows)

    def _given(self, signal: Any) -> Array:
        array = np.asarray(signal)
        if not self.trusted:
            array = array.view()
            array.flags.writeable = False
        return array


def _checked(answer: Any, rows: int | None) -> tuple[Array, dict[str, Array]]:
    if not isinstance(answer, tuple) or len(answer) != 2 or not isinstance(answer[1], dict):  # noqa: PLR2004  (total, components)
        raise RewardFailed("type", "compute_reward must return (total, {name: component})")
    components: dict[str, Any] = answer[1]
    total = _column("total", answer[0], rows)
    return total, {
        str(n): _column(n, _filled(part, total), len(total)) for n, part in components.items()
    }


def _filled(part: Any, total: Array) -> Any:
    """A component that is one of Python's numbers is that in every row."""
    return np.full(total.shape, part, np.float64) if type(part) in (int, float, bool) else part


def _column(name: Any, values: Any, rows: int | None) -> Array:
    array = np.array(values, dtype=np.float64)
    if array.ndim != 1 or (rows is not None and len(array) != rows):
        shape = "(rows,)" if rows is None else f"({rows},)"
        raise RewardFailed("shape", f"{name} has shape {array.shape}, expected {shape}")
    return array


def load_reward(path_or_source: str | Path, *, trusted: bool = False) -> Reward:
    """The reward of a file, or of source text.

    Raises UsageError where the file cannot be read, RewardInvalid with every reason where it is
    not in the reward language; `trusted` skips that check and runs the file as it is.
    """
    source, origin = _read(path_or_source)
    try:
        function = compile_reward(source if trusted else parse_reward(source), trusted=trusted)
        return Reward(
            source=source,
            function=function,
            parameters=_signals(function),
            hash=source_hash(embedded_source(source)),
            header=constants(source),
            trusted=trusted,
        )
    except RewardInvalid as error:
        raise RewardInvalid(f"{origin}{error}") from error
    except SyntaxError as error:
        raise RewardInvalid(f"{origin}line {error.lineno}: {error.msg}") from error
    except Exception as error:  # the file's own top level, which runs here
        told = f"{type(error).__name__}: {error}"
        raise RewardInvalid(f"{origin}its top level fails: {told}") from error


def _signals(function: RewardFunction) -> tuple[str, ...]:
    """The parameters that are signals: all but those with a default, `*args` and `**kwargs`."""
    given = inspect.signature(function).parameters.values()
    plain = (p for p in given if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD))
    return tuple(p.name for p in plain if p.default is p.empty)


def _read(path_or_source: str | Path) -> tuple[str, str]:
    """The source, and what a message about its file begins with."""
    text = str(path_or_source)
    if isinstance(path_or_source, str) and ("\n" in text or "def " in text):
        return text, ""
    return reward_text(Path(text)), f"{text}: "


def reward_text(path: Path) -> str:
    """What stands in a reward file, without a byte-order mark; UsageError if unreadable."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeError as error:
        raise UsageError(f"reward file {path} cannot be read: it is not UTF-8 text") from error
    except OSError as error:
        raise UsageError(f"reward file {path} cannot be read: {error.strerror}") from error


def embedded_source(module: str) -> str:
    """The candidate's source as it stands in a saved module.

    The whole text where there is no mark, or where more stands above it than was written there.
    """
    head, mark, source = module.partition(f"\n{MARK}\n")
    try:
        nodes = ast.parse(head).body if mark else []
    except (SyntaxError, ValueError):
        return module
    if nodes and ast.get_docstring(ast.Module(nodes, [])) is not None:
        nodes = nodes[1:]
    own = mark and all(ast.unparse(node) in _HARMLESS or _is_scale(node) for node in nodes)
    return source.removeprefix("\n") if own else module


def _is_scale(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Assign)
        and [ast.unparse(target) for target in node.targets] == [SCALE]
        and isinstance(node.value, ast.Constant)
    )


def constants(source: str) -> dict[str, Any]:
    """The module's constants in capitals whose value is written out."""
    found: dict[str, Any] = {}
    for node in ast.parse(source).body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            if isinstance(target, ast.Name) and target.id.isupper():
                try:
                    found[target.id] = ast.literal_eval(node.value)
                except (ValueError, TypeError, RecursionError, MemoryError):
                    continue
    return found
