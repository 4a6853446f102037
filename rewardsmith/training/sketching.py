"""Sketching: what a simulator says of itself and does in a trial, as the draft of an environment.

Runs in a worker, for it makes simulators.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

import msgspec
import numpy as np

from rewardsmith.backends import BACKENDS, ActionSpace
from rewardsmith.backends.gymnasium import hides_reward, probe, signal_name
from rewardsmith.backends.spaces import leaf_shape, leaves, named_slices
from rewardsmith.draft import Quantity, Sketch
from rewardsmith.environments import Environment, Task
from rewardsmith.errors import UsageError, nearest, unknown_name
from rewardsmith.signals import Array, as_signal
from rewardsmith.training.trial import Trial, try_out

_WHOLE = "state"
"""The signal that an observation without names becomes."""
_TRIED = ("envpool", "gymnasium")
"""Where a simulator is looked for by the environment's own name."""


def sketch(*, name: str, backend: str) -> dict[str, Any]:
    """The `Sketch` of `BACKEND:ID`, or of the simulator that is called like the environment.

    Raises UsageError where there is no such id, EnvironmentUnavailable where it does not start.
    """
    backend, identifier = _chosen(name, backend)
    seconds = None
    if backend == "gymnasium":
        seconds = probe(identifier)["dt"]
    environment = Environment((), (Task("any", "any"),), {backend: identifier}, name=name)
    return msgspec.to_builtins(_sketch(backend, identifier, seconds, try_out(environment)))


# ---------------------------------------------------------------- which simulator


def _chosen(name: str, given: str) -> tuple[str, str]:
    """The backend and its id."""
    backend, _, identifier = given.partition(":")
    if backend and backend not in BACKENDS:
        raise UsageError(unknown_name("backend", backend, BACKENDS))
    if backend and backend not in {*_KNOWN, "mjx"}:
        raise UsageError(
            f"a simulator of {backend} is made by a function that its author writes, so there is "
            "nothing to draft from; see TensorSimulator in the README"
        )
    if not identifier:
        return _called_like(name, (backend,) if backend else _TRIED)
    if backend in _KNOWN and ":" not in identifier and identifier not in _KNOWN[backend]():
        raise UsageError(unknown_name(f"{backend} id", identifier, _KNOWN[backend]()))
    return backend, identifier


def _called_like(name: str, backends: Sequence[str]) -> tuple[str, str]:
    """The latest version of what has the environment's name, without a version and dashes."""
    if backends == ("mjx",):
        raise UsageError("backend mjx takes the path of a model's XML: --backend mjx:MODEL.xml")
    near: list[str] = []
    for backend in backends:
        known = _KNOWN[backend]()
        alike = [identifier for identifier in known if _bare(identifier) == _bare(name)]
        if alike:
            return backend, max(alike, key=_version)
        by_bare = {_bare(identifier): identifier for identifier in sorted(known, key=_version)}
        near += [f"{backend}:{by_bare[bare]}" for bare in nearest(_bare(name), by_bare)]
    raise UsageError(
        f"no simulator of {' or '.join(backends)} is called like {name!r}; say which it is: "
        f"--backend {' or '.join(near[:3]) or f'{backends[0]}:ID'}"
    )


def _bare(identifier: str) -> str:
    return re.sub(r"-v\d+$|[^A-Za-z0-9/]", "", identifier).casefold()


def _version(identifier: str) -> int:
    found = re.search(r"-v(\d+)$", identifier)
    return int(found[1]) if found else -1


def _envpool_ids() -> Collection[str]:
    import envpool

    return envpool.list_all_envs()


def _gymnasium_ids() -> Collection[str]:
    import gymnasium

    return tuple(gymnasium.registry)


def _playground_ids() -> Collection[str]:
    from rewardsmith.backends.playground import playground_tasks

    return playground_tasks()


_KNOWN: dict[str, Callable[[], Collection[str]]] = {
    "envpool": _envpool_ids,
    "gymnasium": _gymnasium_ids,
    "playground": _playground_ids,
}


# ---------------------------------------------------------------- what it is


def _sketch(backend: str, identifier: str, seconds: float | None, trial: Trial) -> Sketch:
    signals = list(_observed(trial))
    names = {signal.name for signal in signals}
    choices: tuple[Quantity, ...] = ()
    if [signal.name for signal in signals] == [_WHOLE] and len(signals[0].shape) == 1:
        choices = tuple(_choices(trial))
    hidden: list[str] = []
    still: list[str] = []
    for name, entries in sorted(trial.transitions.info.items()):
        values = as_signal(entries[trial.valid])
        if hides_reward(name):
            hidden.append(name)
        elif (values == values[:1]).all():
            still.append(name)
        elif np.isfinite(values).all():
            signals.append(_entry(name, values, names))
            names.add(signals[-1].name)
    return Sketch(
        backend=backend,
        identifier=identifier,
        observed=_observed_words(trial),
        acts=_action_words(trial.action_space),
        time_limit=trial.time_limit,
        seconds=seconds,
        steps=int(trial.valid.sum()),
        signals=tuple(signals),
        choices=choices,
        hidden=tuple(hidden),
        still=tuple(still),
    )


def _entry(name: str, values: Array, taken: Collection[str]) -> Quantity:
    return Quantity(
        name=signal_name(name, taken),
        description=f"entry {name!r} of the simulator's info",
        value=f"t.info[{json.dumps(name)}]",
        shape=tuple(values.shape[1:]),
    )


def _observed(trial: Trial) -> Iterator[Quantity]:
    """The observation, part by part where it has named ones."""
    space, seen = trial.observation_space, _seen(trial)
    slices = {} if space is None else named_slices(space)
    if not slices:
        yield _part(_WHOLE, "what is observed after the action", space, seen, "t.next_obs")
        return
    taken: set[str] = set()
    for (name, (first, end)), (_, part) in zip(slices.items(), leaves(space), strict=True):
        if end == first:
            continue
        place = f"t.next_obs[..., {first}:{end}]"
        words = f"part {name!r} of the observation"
        own = signal_name(name, taken, prefix="part_")
        yield _part(own, words, part, seen[:, first:end], place)
        taken.add(own)


def _seen(trial: Trial) -> Array:
    """All observations after an action, (rows, numbers)."""
    seen = trial.transitions.next_obs[trial.valid]
    return seen.reshape(len(seen), -1)


def _part(name: str, words: str, space: Any, seen: Array, place: str) -> Quantity:
    from gymnasium.spaces import Discrete

    if isinstance(space, Discrete):
        first, last = int(space.start), int(space.start) + int(space.n) - 1
        value = f"np.argmax({place}, axis=-1)" + (f" + {first}" if first else "")
        told = f"{words}: a number from {first} to {last}"
        low, high = (None, None) if first == last else (float(first), float(last))
        return Quantity(name=name, description=told, value=value, low=low, high=high)
    shape = (seen.shape[1],) if ":" in place or space is None else leaf_shape(space)
    if shape == (1,):
        shape, place = (), re.sub(r"\[\.\.\., (\d+):\d+\]$", r"[..., \1]", place)
        place += "" if place.endswith("]") else "[..., 0]"
    lows, highs = _ends(space, seen)
    return Quantity(
        name=name,
        description=words,
        value=place,
        shape=tuple(shape),
        low=_common(lows, min),
        high=_common(highs, max),
    )


def _common(
    ends: Sequence[float | None], outermost: Callable[[list[float]], float]
) -> float | None:
    """The end of all numbers together, which is known where each has one."""
    known = [end for end in ends if end is not None]
    return outermost(known) if known and len(known) == len(ends) else None


def _choices(trial: Trial) -> Iterator[Quantity]:
    """Each number of an observation that is one array."""
    seen = _seen(trial)
    lows, highs = _ends(trial.observation_space, seen)
    for at, numbers in enumerate(seen.T):
        yield Quantity(
            name=f"{_WHOLE}_{at}",
            description="",
            value=f"t.next_obs[..., {at}]",
            low=lows[at],
            high=highs[at],
            seen=(float(numbers.min()), float(numbers.max())),
        )


def _ends(space: Any, seen: Array) -> tuple[list[float | None], list[float | None]]:
    """The bounds of each number, None where the space has none or the trial went beyond."""
    unknown: list[float | None] = [None] * seen.shape[1]
    if not hasattr(space, "low") or not hasattr(space, "high"):
        return unknown, unknown
    shape = leaf_shape(space)
    low, high = (
        np.broadcast_to(np.asarray(end, np.float64), shape).ravel()
        for end in (space.low, space.high)
    )
    held = _is_bound(low) & (seen.min(axis=0) >= low), _is_bound(high) & (seen.max(axis=0) <= high)
    lows = [float(end) if known else None for end, known in zip(low, held[0], strict=True)]
    highs = [float(end) if known else None for end, known in zip(high, held[1], strict=True)]
    apart = [
        one is None or other is None or one < other for one, other in zip(lows, highs, strict=True)
    ]
    return (lows, highs) if all(apart) else (unknown, unknown)


def _is_bound(ends: Array) -> Array:
    """Where a number is meant: the largest and the least that a float can hold mean none."""
    single = np.finfo(np.float32)
    return (np.abs(ends) < single.max) & ((ends == 0) | (np.abs(ends) >= single.tiny))


def _observed_words(trial: Trial) -> str:
    from gymnasium.spaces import Discrete

    space, shape = trial.observation_space, trial.observation_shape
    if isinstance(space, Discrete):
        return f"one of {int(space.n)} states"
    if len(shape) > 1:
        return f"arrays of shape {shape}"
    count = int(np.prod(shape, dtype=int))
    numbers = "1 number" if count == 1 else f"{count} numbers"
    parts = list(named_slices(space)) if space is not None else []
    return f"{numbers} ({', '.join(parts)})" if parts else numbers


def _action_words(space: ActionSpace) -> str:
    if space.count is not None:
        return f"one of {space.count} actions, 0 to {space.count - 1}"
    count = int(np.prod(space.shape, dtype=int))
    actions = "1 number as action" if count == 1 else f"{count} numbers as action"
    low, high = min(space.low), max(space.high)
    return f"{actions}, from {low:.6g} to {high:.6g}"
