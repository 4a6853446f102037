"""Signals of a block that lies on the device, with the previous values that design promises."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np

from rewardsmith.backends.worlds import jax_module
from rewardsmith.errors import EnvironmentUnavailable, UsageError, unknown_name
from rewardsmith.signals import (
    BUILTIN_SIGNALS,
    PREVIOUS,
    Array,
    Signal,
    SignalView,
    Transitions,
    evaluate,
)
from rewardsmith.training.device.arrays import DeviceArray


class DeviceReader:
    """Evaluates signals on consecutive blocks on the device; as `SignalReader` does on the host.

    A signal that JAX cannot compute is computed on the host from then on.
    """

    def __init__(self, signals: Iterable[Signal]) -> None:
        self.signals = {signal.name: signal for signal in signals}
        self._carried: dict[str, Any] = {}
        self._from_observation: dict[str, bool] = {}
        self._on_host: set[str] = set()

    def view(self, transitions: Transitions) -> DeviceView:
        """The next block, whose arrays are `DeviceArray`; call `advance` when done with it."""
        return DeviceView(transitions, self)

    def advance(self, view: DeviceView) -> None:
        """Remember the last row of every signal whose previous value cannot be read again."""
        for name in ("action", *self.signals):
            if not self.reads_only_next_obs(name, view.transitions):
                self._carried[name] = view.device(name).array[-1]

    def keep(self, columns: Array) -> None:
        """Forget the environments that are not in `columns`."""
        self._carried = {name: value[columns] for name, value in self._carried.items()}

    def evaluate(self, name: str, transitions: Transitions) -> DeviceArray:
        """A declared signal on every row of the block."""
        signal = self.signals[name]
        shape = (*transitions.episode_step.shape, *signal.shape)
        if name not in self._on_host:
            try:
                value = _array(signal.value(transitions))
            except Exception:  # noqa: BLE001  the host says what is wrong, if anything is
                self._on_host.add(name)
            else:
                if value.shape == shape:
                    return DeviceArray(value)
        return DeviceArray(_array(evaluate(signal, on_host(transitions))))

    def reads_only_next_obs(self, name: str, transitions: Transitions) -> bool:
        """Whether the signal is a function of the next observation alone."""
        if name == "action":
            return False
        if name not in self._from_observation:
            alone = _OnlyNextObservation(np.asarray(transitions.next_obs[:1]))
            try:
                self.signals[name].value(alone)  # pyright: ignore[reportArgumentType]
            except Exception:  # noqa: BLE001  whatever it raises, it wanted more
                self._from_observation[name] = False
            else:
                self._from_observation[name] = True
        return self._from_observation[name]

    def previous(self, name: str, view: DeviceView) -> DeviceArray:
        """The signal (or `action`) before the action of each row of the block."""
        numpy = jax_module().numpy
        transitions = view.transitions
        if self.reads_only_next_obs(name, transitions):
            return self.evaluate(name, replace(transitions, next_obs=transitions.obs))
        current = view.device(name).array
        before = self._carried.get(name)
        head = current[:1] if before is None else before[None].astype(current.dtype)
        shifted = numpy.concatenate([head, current[:-1]])
        first = view.device("episode_step").array == 0
        first = first.reshape(first.shape + (1,) * (current.ndim - first.ndim))
        start = numpy.zeros_like(current) if name == "action" else current
        return DeviceArray(numpy.where(first, start, shifted))


class _OnlyNextObservation:
    def __init__(self, next_obs: Any) -> None:
        self.next_obs = next_obs


class DeviceView(SignalView):
    """A block whose signals are attributes on the device: what the task's own rewards read.

    `get` gives those that were fetched as NumPy arrays: what reward processes are handed.
    """

    def __init__(self, transitions: Transitions, reader: DeviceReader) -> None:
        self.transitions = transitions
        self._source = reader
        self._computed: dict[str, DeviceArray] = {}
        self._fetched: Mapping[str, Array] = {}

    def device(self, name: str) -> DeviceArray:
        """The signal on the device, floats as float32; UsageError for an unknown name."""
        if name not in self._computed:
            self._computed[name] = _as_signal(self._compute(name))
        return self._computed[name]

    def _compute(self, name: str) -> DeviceArray:
        if name in BUILTIN_SIGNALS:
            return DeviceArray(_array(getattr(self.transitions, name)))
        if name in self._source.signals:
            return self._source.evaluate(name, self.transitions)
        base = name.removeprefix(PREVIOUS)
        if base != name and (base == "action" or base in self._source.signals):
            return self._source.previous(base, self)
        raise UsageError(unknown_name("signal", name, (*BUILTIN_SIGNALS, *self._source.signals)))

    def fetched(self, arrays: Mapping[str, Array]) -> None:
        """These have arrived on the host."""
        self._fetched = arrays

    def get(self, name: str) -> Array:
        """A signal that was fetched, (steps, environments, ...)."""
        if name not in self._fetched:
            raise EnvironmentUnavailable(f"signal {name!r} was not fetched from the device")
        return self._fetched[name]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.device(name)


def _array(value: Any) -> Any:
    numpy = jax_module().numpy
    return value.array if isinstance(value, DeviceArray) else numpy.asarray(value)


def _as_signal(value: DeviceArray) -> DeviceArray:
    floating = np.issubdtype(value.array.dtype, np.floating)
    return DeviceArray(value.array.astype(np.float32)) if floating else value


def on_host(transitions: Transitions) -> Transitions:
    """The same block as NumPy arrays."""
    parts = {f.name: getattr(transitions, f.name) for f in fields(transitions)}
    info = {name: np.asarray(value) for name, value in parts.pop("info").items()}
    return Transitions(**{name: np.asarray(part) for name, part in parts.items()}, info=info)
