"""Signals: the named quantities of a transition, evaluated on whole blocks at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from rewardsmith.errors import EnvironmentUnavailable, UsageError, unknown_name

Array = np.ndarray[Any, Any]

BUILTIN_SIGNALS: Mapping[str, str] = {
    "obs": "observation before the action",
    "next_obs": "observation after the action",
    "action": "the action taken",
    "terminated": "true where this transition ended the episode for good (not by the time limit)",
    "truncated": "true where the time limit ended the episode",
    "episode_step": "number of this step in its episode, from 0",
}
PREVIOUS = "previous_"
UNSAID = frozenset({"terminated", "truncated", "episode_step", "action"})
"""What rewards of any kind may read besides: endings, time and effort."""


def looked_at(names: Iterable[str]) -> frozenset[str]:
    """What a reward with these parameters looks at; a signal and what it was before are one."""
    return frozenset(name.removeprefix(PREVIOUS) for name in names) - UNSAID


@dataclass(frozen=True, slots=True, kw_only=True)
class Transitions:
    """A batch of transitions; every array begins with the same batch shape, written (...)."""

    obs: Array
    """Before the action, (..., *observation shape)."""
    next_obs: Array
    """After the action; at an episode's end the true last observation."""
    action: Array
    """(...) integers where discrete, (..., dimensions) where continuous."""
    terminated: Array
    truncated: Array
    episode_step: Array
    simulator_reward: Array
    """The simulator's own reward: never shown to a candidate or a model."""
    info: Mapping[str, Array] = field(default_factory=dict[str, Array])


def recorded_only(_: Transitions) -> Array:
    """The value of a signal that was recorded and that nothing can compute again."""
    raise EnvironmentUnavailable("the signal is known from a recording only")


@dataclass(frozen=True, slots=True)
class Signal:
    """A named quantity of a transition, (...) or (..., *shape)."""

    name: str
    unit: str
    description: str
    value: Callable[[Transitions], Array] = recorded_only
    """Computes it from transitions; not needed where the environment is a recording."""
    shape: tuple[int, ...] = ()
    low: float | None = None
    high: float | None = None


class _OnlyNextObservation:
    """Stands in for transitions to find out whether a signal reads `next_obs` alone."""

    def __init__(self, next_obs: Array) -> None:
        self.next_obs = next_obs


class SignalReader:
    """Evaluates signals on consecutive blocks and carries previous values between them.

    Blocks are (steps, environments, ...) in time's order.  What a signal was before the action
    (`previous_NAME`) is the signal on the observation before, where it reads only `next_obs`;
    otherwise the value of the step before, and at an episode's first step the current value, so
    that a change is 0 there.  `previous_action` is 0 at the first step.
    """

    def __init__(self, signals: Iterable[Signal]) -> None:
        self.signals = {signal.name: signal for signal in signals}
        self._from_observation: dict[str, bool] = {}
        self._carried: dict[str, Array] = {}

    def names(self) -> tuple[str, ...]:
        """Every name that a reward may take, the previous ones included."""
        own = tuple(self.signals)
        return (*BUILTIN_SIGNALS, *own, *(PREVIOUS + name for name in own), PREVIOUS + "action")

    def read(self, transitions: Transitions, names: Iterable[str]) -> dict[str, Array]:
        """The named signals on the next block; floats are float32, C-contiguous."""
        view = self.view(transitions)
        values = {name: view.get(name) for name in names}
        self._carry(view)
        return values

    def view(self, transitions: Transitions) -> SignalView:
        """The next block with attribute access; call `advance` when done with it."""
        return SignalView(_untouchable(transitions), self)

    def advance(self, view: SignalView) -> None:
        """Remember the last row of a block that was looked at through `view`."""
        self._carry(view)

    def _carry(self, view: SignalView) -> None:
        self._carried["action"] = np.array(view.transitions.action[-1])
        for name in self.signals:
            if not self.reads_only_next_obs(name, view.transitions):
                self._carried[name] = np.array(view.get(name)[-1])

    def keep(self, columns: Array) -> None:
        """Forget the environments that are not in `columns`: what comes next has only those."""
        self._carried = {name: value[columns] for name, value in self._carried.items()}

    def reads_only_next_obs(self, name: str, transitions: Transitions) -> bool:
        """Whether the signal is a function of the next observation alone."""
        if name not in self._from_observation:
            try:
                self.signals[name].value(_OnlyNextObservation(transitions.next_obs))  # pyright: ignore[reportArgumentType]
            except Exception:  # noqa: BLE001  whatever it raises, it wanted more than next_obs
                self._from_observation[name] = False
            else:
                self._from_observation[name] = True
        return self._from_observation[name]

    def previous(self, name: str, view: SignalView) -> Array:
        """The signal (or `action`) before the action of each row of the block."""
        transitions = view.transitions
        if name != "action" and self.reads_only_next_obs(name, transitions):
            return evaluate(self.signals[name], replace(transitions, next_obs=transitions.obs))
        current = view.get(name)
        before = self._carried.get(name)
        head = current[:1] if before is None else before[None].astype(current.dtype)
        shifted = np.concatenate([head, current[:-1]])
        first = transitions.episode_step == 0
        first = first.reshape(first.shape + (1,) * (current.ndim - first.ndim))
        start = np.zeros_like(current) if name == "action" else current
        return np.ascontiguousarray(np.where(first, start, shifted))


class SignalView:
    """A block of transitions whose signals are attributes: what a fitness is written against.

    `s.forward_velocity`, `s.previous_action`, `s.info["x_velocity"]`, `s.simulator_reward`.
    """

    def __init__(self, transitions: Transitions, reader: SignalReader) -> None:
        self.transitions = transitions
        self._reader = reader
        self._values: dict[str, Array] = {}

    def get(self, name: str) -> Array:
        """The signal on every row of the block; raises UsageError for an unknown name."""
        if name not in self._values:
            self._values[name] = self._evaluate(name)
        return self._values[name]

    def _evaluate(self, name: str) -> Array:
        if name in BUILTIN_SIGNALS:
            return as_signal(getattr(self.transitions, name))
        if name in self._reader.signals:
            return evaluate(self._reader.signals[name], self.transitions)
        if name.startswith(PREVIOUS):
            base = name.removeprefix(PREVIOUS)
            if base == "action" or base in self._reader.signals:
                return self._reader.previous(base, self)
        raise UsageError(unknown_name("signal", name, self._reader.names()))

    @property
    def info(self) -> Mapping[str, Array]:
        """The simulator's further numbers, (...)."""
        return self.transitions.info

    @property
    def simulator_reward(self) -> Array:
        """The simulator's own reward, (...)."""
        return self.transitions.simulator_reward

    def __getattr__(self, name: str) -> Array:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.get(name)


class RecordedSignals:
    """Signals that were recorded, as attributes: what an event is written against."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self._arrays = arrays

    def __getattr__(self, name: str) -> Array:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._arrays:
            raise UsageError(unknown_name("recorded signal", name, self._arrays))
        return self._arrays[name]


def _untouchable(transitions: Transitions) -> Transitions:
    """The same transitions; what an author wrote gets an exception where it writes into them."""

    def shown(array: Array) -> Array:
        view = np.asarray(array).view()
        view.flags.writeable = False
        return view

    own = {field.name: getattr(transitions, field.name) for field in fields(transitions)}
    info = {name: shown(array) for name, array in own.pop("info").items()}
    return Transitions(**{name: shown(array) for name, array in own.items()}, info=info)


def as_signal(array: Array) -> Array:
    """C-contiguous; floating point as float32, integers and booleans as they are."""
    array = np.asarray(array)
    if array.dtype.kind == "f":
        return np.ascontiguousarray(array, dtype=np.float32)
    return np.ascontiguousarray(array)


def evaluate(signal: Signal, transitions: Transitions) -> Array:
    """The signal on every row; raises EnvironmentUnavailable where its shape is not as declared."""
    batch = transitions.episode_step.shape
    try:
        value = as_signal(signal.value(transitions))
    except Exception as error:
        raise EnvironmentUnavailable(
            f"signal {signal.name!r} cannot be computed: {type(error).__name__}: {error}"
        ) from error
    if value.shape != batch + signal.shape:
        raise EnvironmentUnavailable(
            f"signal {signal.name!r} has shape {value.shape}, expected {batch + signal.shape}; "
            "declare `shape=` or index the last axis with [..., i]"
        )
    if value.dtype.kind not in "fiub":
        raise EnvironmentUnavailable(
            f"signal {signal.name!r} gives values of type {value.dtype}; give real numbers"
        )
    return value
