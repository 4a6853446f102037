"""What an environment's author declares, looked at when it is declared.

Whatever is wrong raises UsageError: which signal or task, which value, what to write.
"""

from __future__ import annotations

import keyword
import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from rewardsmith.errors import UsageError, unknown_name
from rewardsmith.signals import BUILTIN_SIGNALS, PREVIOUS, Signal

_MODULES = ("np", "numpy", "math")
"""Names that mean something else in a reward's code."""
_EVALUATIONS = ("deterministic", "stochastic")


def is_reserved(name: str) -> bool:
    """Whether no signal of one's own can have the name."""
    return (
        name in BUILTIN_SIGNALS
        or name.startswith(PREVIOUS)
        or name in _MODULES
        or keyword.iskeyword(name)
    )


def require_signals(signals: Any) -> None:
    """The signals of an environment."""
    taken: set[str] = set()
    for signal in _members("signals", signals, Signal):
        name = signal.name
        if not isinstance(name, str) or not name.isidentifier() or name in taken:
            raise UsageError(f"signal name {name!r} is taken or no Python identifier")
        if is_reserved(name):
            raise UsageError(
                f"signal name {name!r} means something else already; choose another one"
            )
        taken.add(name)
        _require_signal(signal)


def _require_signal(signal: Signal) -> None:
    what = f"signal {signal.name!r}"
    for field in ("unit", "description"):
        _require_text(f"{what}: its {field}", getattr(signal, field))
    _require_callable(what, "value", signal.value)
    if not all(isinstance(size, int) and size > 0 for size in _sequence(signal.shape)):
        raise UsageError(f"{what}: its shape is {signal.shape!r}; write shape=(3,), or none")
    low, high = (_number(what, end, getattr(signal, end)) for end in ("low", "high"))
    if low is not None and high is not None and low >= high:
        raise UsageError(f"{what}: low={low:g} is not below high={high:g}")


def require_tasks(tasks: Any, kind: type[Any], reductions: Collection[str]) -> None:
    """The tasks of an environment, each of that class."""
    taken: set[str] = set()
    for task in _members("tasks", tasks, kind):
        name = task.name
        if not isinstance(name, str) or not name or "/" in name or name in taken:
            raise UsageError(f"task name {name!r} is taken, empty, or holds a slash")
        taken.add(name)
        _require_task(task, reductions)


def _require_task(task: Any, reductions: Collection[str]) -> None:
    what = f"task {task.name!r}"
    if not isinstance(task.words, str) or not task.words.strip():
        raise UsageError(f"{what}: its words are {task.words!r}; say what is wanted in a sentence")
    _require_text(f"{what}: its unit", task.unit)
    if task.reduce not in reductions:
        raise UsageError(unknown_name("reduction", str(task.reduce), reductions))
    if task.evaluation not in _EVALUATIONS:
        raise UsageError(unknown_name(f"evaluation of {what},", str(task.evaluation), _EVALUATIONS))
    for field in ("maximum", "success"):
        _number(what, field, getattr(task, field))
    if isinstance(task.steps, bool) or not isinstance(task.steps, int) or task.steps < 1:
        raise UsageError(f"{what}: steps={task.steps!r}; write a whole number above 0")
    for field in ("settings", "options", "events"):
        if not isinstance(getattr(task, field), Mapping):
            raise UsageError(f"{what}: its {field} are no mapping from names to values")
    _require_functions(what, task)


def _require_functions(what: str, task: Any) -> None:
    _require_callable(what, "fitness", task.fitness)
    for reward in ("human_reward", "sparse_reward"):
        if getattr(task, reward) is not None:
            _require_callable(what, reward, getattr(task, reward))
    for name, event in task.events.items():
        if not isinstance(name, str) or not name.isidentifier():
            raise UsageError(f"event name {name!r} is no Python identifier")
        _require_callable(what, f"event {name!r}", event)


def require_backends(backends: Any) -> None:
    """The backends of an environment."""
    named = isinstance(backends, Mapping) and all(
        isinstance(part, str) and part for item in backends.items() for part in item
    )
    if not named:
        raise UsageError(
            f"backends={backends!r}; write the backend's name and its id: "
            'backends={"gymnasium": "Ant-v5"}'
        )


def _members(what: str, given: Any, kind: type[Any]) -> Sequence[Any]:
    members = _sequence(given)
    if (given and not members) or not all(isinstance(member, kind) for member in members):
        name = kind.__name__
        raise UsageError(f"{what} must be a tuple of {name}; write {what}=({name}(...),)")
    return members


def _sequence(given: Any) -> Sequence[Any]:
    return given if isinstance(given, tuple | list) else ()


def _require_text(what: str, given: Any) -> None:
    if not isinstance(given, str):
        raise UsageError(f'{what} is {given!r}; write a text, or ""')


def _require_callable(what: str, part: str, given: Any) -> None:
    if not callable(given):
        raise UsageError(f"{what}: its {part} is {given!r}; write a function, as lambda s: ...")


def _number(what: str, part: str, given: Any) -> float | None:
    if given is None:
        return None
    try:
        number = math.nan if isinstance(given, str) else float(given)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise UsageError(f"{what}: {part}={given!r} is no finite number; mend it or leave it out")
    return number
