"""The bank: recorded transitions of an environment, on which rewards are judged without training.

It holds shuffled transitions for the dry run, and whole episodes (or segments) with their fitness
for everything that judges behaviour.  Recording needs a simulator: `training/record.py`.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

from rewardsmith.backends import ActionSpace
from rewardsmith.environments import Environment
from rewardsmith.errors import StoreError
from rewardsmith.signals import PREVIOUS, Array, Signal
from rewardsmith.store import read_arrays

TRAINED = frozenset({"fitness", "human"})
"""Who acted in a bank's episodes, but for simple policies."""
ROWS = 2048
"""Shuffled transitions of a recorded bank."""
_FORMAT = 4
"""Part of the cache's key: counts up when banks are recorded or written in another way."""
_TRANSITIONS, _EPISODES, _TASK_REWARDS = "transitions.", "episodes.", "task_rewards."


@dataclass(frozen=True, slots=True)
class BankEpisode:
    """An episode, or a segment of a long one, with what it was worth."""

    signals: Mapping[str, Array]
    """Every signal along it, (length, *shape)."""
    fitness: float
    terminated: bool
    """Whether the simulator ended it: not the time limit, nor the end of a segment."""
    policy: str = ""
    """What acted: random, zeros, constant, sticky, bang, linear, sine; `fitness`, or `human` where
    a person asked for it, is a policy trained with that reward."""
    steps: Array | None = None
    """The fitness of every step, (length,); None where it was not recorded."""

    @property
    def length(self) -> int:
        """Its number of transitions."""
        return len(next(iter(self.signals.values())))


@dataclass(frozen=True, slots=True)
class Bank:
    """Recorded transitions of an environment and its options."""

    transitions: Mapping[str, Array]
    """Every name that a reward may take, shuffled rows, (rows, *shape)."""
    episodes: tuple[BankEpisode, ...] = ()
    observation_shape: tuple[int, ...] = ()
    action_space: ActionSpace = field(default_factory=ActionSpace)
    time_limit: int | None = None
    """Steps after which the simulator truncates an episode."""
    ranges: Mapping[str, tuple[float, float]] = field(
        default_factory=dict[str, tuple[float, float]]
    )
    """Where a signal lies: as declared, else the 0.1 and 99.9 percentiles of what was recorded."""
    extremes: Mapping[str, tuple[float, float]] = field(
        default_factory=dict[str, tuple[float, float]]
    )
    """The smallest and the largest recorded value."""
    task_rewards: Mapping[str, Array] = field(default_factory=dict[str, Array])
    """What the task's own rewards pay on the transitions, (rows,): `fitness`, `human`.

    Distances to them are told to people.  They are no signals: neither a reward process nor a
    prompt ever holds them (design, invariant 9)."""

    @property
    def rows(self) -> int:
        """The number of shuffled transitions."""
        return len(next(iter(self.transitions.values())))

    def save(self, path: Path) -> None:
        """Write it as one `.npz`, whole or not at all; raises StoreError where that fails."""
        arrays = {_TRANSITIONS + name: value for name, value in self.transitions.items()}
        for name in self.episodes[0].signals if self.episodes else ():
            arrays[_EPISODES + name] = np.concatenate([e.signals[name] for e in self.episodes])
        if self.episodes and all(e.steps is not None for e in self.episodes):
            arrays["steps"] = np.concatenate(
                [e.steps for e in self.episodes if e.steps is not None]
            )
        arrays |= {_TASK_REWARDS + name: paid for name, paid in self.task_rewards.items()}
        arrays["lengths"] = np.array([e.length for e in self.episodes], dtype=np.int64)
        arrays["fitness"] = np.array([e.fitness for e in self.episodes], dtype=np.float64)
        arrays["terminated"] = np.array([e.terminated for e in self.episodes], dtype=np.bool_)
        arrays["about"] = np.array(json.dumps(self._about()))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_atomically(path, arrays)
        except OSError as error:
            raise StoreError(f"the bank cannot be written to {path}: {error}") from error

    def _about(self) -> dict[str, Any]:
        space = self.action_space
        return {
            "policies": [episode.policy for episode in self.episodes],
            "observation_shape": self.observation_shape,
            "time_limit": self.time_limit,
            "action_space": [space.count, space.shape, space.low, space.high],
            "ranges": self.ranges,
            "extremes": self.extremes,
        }

    @classmethod
    def load(cls, path: Path) -> Bank:
        """The bank that `save` wrote; raises StoreError where the file is missing or damaged."""
        try:
            return _from_arrays(read_arrays(path))
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise StoreError(f"{path} is no bank: {error}") from error


def _write_atomically(path: Path, arrays: Mapping[str, Array]) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            np.savez_compressed(file, **dict(arrays))  # pyright: ignore[reportArgumentType]  no name is `allow_pickle`
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _from_arrays(arrays: Mapping[str, Array]) -> Bank:
    about = json.loads(str(arrays["about"]))
    ends = np.cumsum(arrays["lengths"])[:-1]
    signals = {
        name.removeprefix(_EPISODES): np.split(value, ends)
        for name, value in arrays.items()
        if name.startswith(_EPISODES)
    }
    steps = np.split(arrays["steps"], ends) if "steps" in arrays else None
    episodes = tuple(
        BankEpisode(
            signals={name: pieces[index] for name, pieces in signals.items()},
            fitness=float(arrays["fitness"][index]),
            terminated=bool(arrays["terminated"][index]),
            policy=policy,
            steps=None if steps is None else steps[index],
        )
        for index, policy in enumerate(about["policies"])
    )
    count, shape, low, high = about["action_space"]
    return Bank(
        transitions=_named(arrays, _TRANSITIONS),
        episodes=episodes,
        observation_shape=tuple(about["observation_shape"]),
        action_space=ActionSpace(count, tuple(shape), tuple(low), tuple(high)),
        time_limit=about["time_limit"],
        ranges={name: (low, high) for name, (low, high) in about["ranges"].items()},
        extremes={name: (low, high) for name, (low, high) in about["extremes"].items()},
        task_rewards=_named(arrays, _TASK_REWARDS),
    )


def _named(arrays: Mapping[str, Array], prefix: str) -> dict[str, Array]:
    return {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}


def ranges_of(
    arrays: Mapping[str, Array], signals: Iterable[Signal]
) -> dict[str, tuple[float, float]]:
    """Where each signal lies: as declared, else between its 0.1 and 99.9 percentiles."""
    declared = {signal.name: signal for signal in signals}
    ranges: dict[str, tuple[float, float]] = {}
    for name, values in arrays.items():
        low, high = (float(v) for v in np.percentile(values.astype(np.float64), (0.1, 99.9)))
        signal = declared.get(name.removeprefix(PREVIOUS))
        if signal is not None:
            low = low if signal.low is None else float(signal.low)
            high = high if signal.high is None else float(signal.high)
        ranges[name] = (low, high)
    return ranges


def extremes_of(arrays: Mapping[str, Array]) -> dict[str, tuple[float, float]]:
    """The smallest and the largest value of each signal."""
    return {name: (float(np.min(a)), float(np.max(a))) for name, a in arrays.items()}


# ---------------------------------------------------------------- the cache


def bank_path(environment: Environment, *, human: bool = False) -> Path:
    """Where the bank of this environment, its options and these versions is kept.

    A bank in which a policy trained with the human reward acted (`human`) is another one.
    """
    task = environment.task
    said = {k: v for k, v in environment.specification.items() if k not in ("path", "words")}
    key = {
        "format": _FORMAT,
        "human": human,
        "specification": {**said, "task": task.name, "backend": environment.chosen_backend},
        "options": dict(task.options),
        **({} if task.measured else {"measured": False}),
        "versions": {name: _version(name) for name in _packages(environment.chosen_backend)},
    }
    digest = hashlib.sha256(json.dumps(key, sort_keys=True, default=repr).encode()).hexdigest()
    name = "".join(c if c.isalnum() or c in "-_" else "_" for c in environment.name) or "bank"
    folder = platformdirs.user_cache_path("rewardsmith", appauthor=False) / "banks"
    return folder / f"{name}-{digest[:16]}.npz"


def _packages(backend: str) -> tuple[str, ...]:
    """What a recording depends on."""
    plain = ("rewardsmith", "envpool", "gymnasium")
    return (*plain, "mujoco-mjx", "playground") if backend in {"mjx", "playground"} else plain


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def load_bank(environment: Environment, *, human: bool = False) -> Bank | None:
    """The bank that was recorded before; None where there is none or its file is damaged."""
    with suppress(StoreError):
        bank = Bank.load(bank_path(environment, human=human))
        if set(bank.transitions) == set(environment.reader().names()):
            return bank
    return None
