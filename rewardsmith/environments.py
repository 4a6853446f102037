"""Environments: what executes them, their signals, their tasks; loaded from one file each."""

from __future__ import annotations

import ast
import types
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from rewardsmith import resources
from rewardsmith.channel import PATIENCE
from rewardsmith.declarations import require_backends, require_signals, require_tasks
from rewardsmith.errors import (
    EnvironmentUnavailable,
    RewardsmithError,
    UsageError,
    unknown_name,
)
from rewardsmith.signals import Array, RecordedSignals, Signal, SignalReader, SignalView
from rewardsmith.simulators import MjxSimulator, TensorSimulator

__all__ = [
    "Environment",
    "MjxSimulator",
    "Signal",
    "Task",
    "TensorSimulator",
    "environment_from_specification",
    "load_environment",
]

FEW_SIGNALS = 3
"""With fewer declared signals the bare observation is told, too."""
REDUCTIONS: Mapping[str, Callable[[Array], float]] = {
    "sum": lambda steps: float(np.sum(steps)),
    "mean": lambda steps: float(np.mean(steps)),
    "max": lambda steps: float(np.max(steps)),
    "min": lambda steps: float(np.min(steps)),
    "last": lambda steps: float(steps[-1]),
}


def unmeasured(signals: SignalView) -> Array:
    """The fitness of a task that has none: 0 on every transition."""
    return np.zeros(signals.episode_step.shape)


@dataclass(frozen=True, slots=True)
class Task:
    """What the person wants: words, a fitness, and the limits that belong to it."""

    name: str
    words: str
    fitness: Callable[[SignalView], Array] = unmeasured
    """Per transition, (...); reduced over an episode by `reduce`.  Without one behaviours are
    compared in pairs, by a model, a person or ranked factors."""
    reduce: str = "sum"
    unit: str = ""
    human_reward: Callable[[SignalView], Array] | None = None
    """The environment author's reference, per transition, (...)."""
    sparse_reward: Callable[[SignalView], Array] | None = None
    """A reward only where the task is achieved; the fitness where none is given."""
    maximum: float | None = None
    """The largest fitness that an episode can have, where there is one."""
    success: float | None = None
    """Fitness from which an episode counts as solved."""
    steps: int = 1_000_000
    """Environment steps of one member."""
    evaluation: str = "deterministic"
    """How policies act when fitness is evaluated: deterministic or stochastic."""
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Hyper-parameters of the trainer where the defaults do not serve."""
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Passed to the backend when the environment is made."""
    events: Mapping[str, Callable[[RecordedSignals], Array]] = field(
        default_factory=dict[str, Callable[[RecordedSignals], Array]]
    )
    """What can happen on a transition, by name, (...) of bool, from declared signals, `action`,
    `terminated`, `truncated`, `episode_step`: `{"fell": lambda s: s.torso_height < 0.2}`.  The
    analyzer tells when, how often and in which episodes."""

    @property
    def measured(self) -> bool:
        """Whether the task has a fitness."""
        return self.fitness is not unmeasured

    @property
    def sparse(self) -> bool:
        """Whether the fitness says only that the task was achieved, not how near it came."""
        return self.reduce in {"max", "last"}

    def baseline(self, kind: str) -> Callable[[SignalView], Array]:
        """The task's own reward of that kind: fitness, sparse or human; UsageError if missing."""
        rewards = {
            "fitness": self.fitness,
            "sparse": self.sparse_reward or self.fitness,
            "human": self.human_reward,
        }
        reward = rewards.get(kind)
        if reward is None:
            known = [name for name, value in rewards.items() if value is not None]
            raise UsageError(unknown_name(f"reward of task {self.name!r},", kind, known))
        return reward

    def episode_fitness(self, steps: Array) -> float:
        """The fitness of one episode from its transitions' values, (length,)."""
        return REDUCTIONS[self.reduce](np.asarray(steps, dtype=np.float64))


_RECORDED = Task("recorded", "what the recording shows", lambda s: s.episode_step * 0.0)
"""Stands in where a recording is all there is, and nobody said what is wanted."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A simulated world with what its author says of it."""

    signals: tuple[Signal, ...]
    tasks: tuple[Task, ...]
    backends: Mapping[str, str] = field(default_factory=dict[str, str])
    """Backend name to the backend's own id, the default backend first."""
    simulator: TensorSimulator | MjxSimulator | None = None
    """A `TensorSimulator` for the backends `isaacgym`, `isaaclab`, `mjlab` and `maniskill`, an
    `MjxSimulator` for `mjx`; `playground` reads no more of one than what is recorded."""
    tolerance: float = 1e-4
    """How far EnvPool's signals may lie from the simulator's own after one step, relative."""
    name: str = ""
    description: str = ""
    backend: str = ""
    """The chosen backend; the first of `backends` where empty."""
    task_name: str = ""
    """The chosen task; the first where empty."""
    specification: dict[str, Any] = field(default_factory=dict[str, Any])
    """JSON that `environment_from_specification` turns into the same environment."""
    bank: str = ""
    """Path of a recording (.npz) on which rewards are judged; with it no backend is needed."""
    hidden: tuple[str, ...] = ()
    """Arrays of the recording that are no signals: what rewards and success were."""

    def __post_init__(self) -> None:
        require_signals(self.signals)
        require_tasks(self.tasks, Task, REDUCTIONS)
        require_backends(self.backends)

    @property
    def task(self) -> Task:
        """The chosen task."""
        if not self.tasks and self.bank:
            return _RECORDED
        if not self.tasks:
            raise UsageError(f"environment {self.name!r} declares no task")
        if not self.task_name:
            return self.tasks[0]
        by_name = {task.name: task for task in self.tasks}
        if self.task_name not in by_name:
            raise UsageError(unknown_name(f"task of {self.name!r}:", self.task_name, by_name))
        return by_name[self.task_name]

    @property
    def chosen_backend(self) -> str:
        """The name of the backend that executes this environment."""
        if not self.backends and self.bank:
            raise EnvironmentUnavailable(
                f"{self.name or self.bank} is a recording without a simulator: rewards can be "
                "checked on it, and nothing can be trained or searched"
            )
        if not self.backends:
            raise EnvironmentUnavailable(f"environment {self.name!r} names no backend")
        if not self.backend:
            return next(iter(self.backends))
        if self.backend not in self.backends:
            raise UsageError(
                unknown_name(f"backend of {self.name!r}:", self.backend, self.backends)
            )
        return self.backend

    def reader(self) -> SignalReader:
        """A fresh reader of this environment's signals."""
        return SignalReader(self.signals)


def event_rows(
    events: Mapping[str, Callable[[RecordedSignals], Array]], signals: Mapping[str, Array]
) -> dict[str, Array]:
    """By event, on which rows of recorded signals it holds, (rows,) of bool.

    Raises EnvironmentUnavailable that names the event which cannot be told.
    """
    view, rows = RecordedSignals(signals), len(signals["episode_step"])
    found: dict[str, Array] = {}
    for name, holds in events.items():
        try:
            value = np.asarray(holds(view))
        except Exception as error:
            raise EnvironmentUnavailable(
                f"event {name!r} raises {type(error).__name__}: {error}; an event may read "
                "declared signals, action, terminated, truncated and episode_step"
            ) from error
        if value.shape != (rows,) or value.dtype.kind != "b":
            raise EnvironmentUnavailable(
                f"event {name!r} gives {value.dtype} of shape {value.shape} on {rows} "
                "transitions; give one truth value for each"
            )
        found[name] = value
    return found


def require_simulator(environment: Environment) -> None:
    """Raises EnvironmentUnavailable or UsageError where nothing can be trained in it."""
    _ = environment.chosen_backend
    if not environment.specification:
        raise UsageError(
            "an environment that was made in Python cannot be sent to the trainer: save it as "
            "environments/NAME.py and use load_environment('NAME')"
        )


def require_measure(environment: Environment) -> None:
    """Raises UsageError where the task has no fitness, for what cannot be done without one."""
    if not environment.task.measured:
        raise UsageError(
            f"{environment.name}: the task {environment.task.words!r} has no fitness, so there is "
            'nothing to train towards or compare by; give one: --fitness "an expression of signals"'
        )


def load_environment(
    name: str,
    *,
    backend: str = "",
    words: str = "",
    fitness: str = "",
    reduce: str = "",
    signals: tuple[str, ...] = (),
    hang_seconds: float | None = None,
) -> Environment:
    """The environment `NAME`, `NAME/TASK`, or `gymnasium:ID`.

    `words`, `fitness` (an expression over signals and `info.NAME`) and `reduce` replace those of
    the task; a Gymnasium id has no task of its own and needs the first.  Words without a fitness
    are a goal without a metric, but for a task that is named.  `signals` are
    entries of `info` that are wanted although their names (`reward*`, `success`) hide them.
    A Gymnasium id is tried in a process of its own, and where `hang_seconds` are given a file of
    one's own as well: without a sign of life for so long it counts as hung.  Raises UsageError
    for an unknown name, EnvironmentUnavailable where it does not load or start.
    """
    overrides = {"words": words, "fitness": fitness, "reduce": reduce, "signals": list(signals)}
    overrides = {key: value for key, value in overrides.items() if value}
    path = None
    if name.startswith("gymnasium:"):
        from rewardsmith.backends.probing import probe_apart

        found = probe_apart(name.removeprefix("gymnasium:"), patience=hang_seconds or PATIENCE)
        base = {"gymnasium": found}
    else:
        given = name
        name, _, task = given.partition("/")
        if name in {"", ".", ".."} or "/" in task or given.endswith(".py"):
            raise UsageError(
                f"{given!r} is no environment's name; it is NAME or NAME/TASK, where NAME.py lies "
                "in ./environments, or is one that `rewardsmith environment list` tells"
            )
        path = resources.find("environments", f"{name}.py")
        if path is None:
            raise UsageError(
                unknown_name("environment", name, resources.names("environments", ".py"))
            )
        base = {"path": str(path), "source": _read(path), "task": task}
    specification = {"name": name, "backend": backend, **base, **overrides}
    if hang_seconds is not None and path is not None and not resources.is_bundled(path):
        from rewardsmith.backends.probing import load_apart

        load_apart(specification, patience=hang_seconds)
    return environment_from_specification(specification)


def try_to_load(*, specification: dict[str, Any]) -> None:
    """Load an environment, in a process that it may end."""
    environment_from_specification(specification)


def environment_from_specification(specification: dict[str, Any]) -> Environment:
    """The environment that `Environment.specification` describes, in any process."""
    name = specification["name"]
    if "gymnasium" in specification:
        from rewardsmith.backends.gymnasium import environment_of

        environment = environment_of(specification)
    else:
        environment = _execute(name, specification["source"], specification.get("path", name))
    environment = replace(
        environment,
        name=name,
        backend=specification.get("backend", ""),
        task_name=specification.get("task", ""),
        specification=specification,
    )
    environment = _with_overrides(environment, specification)
    _ = environment.task, environment.chosen_backend
    return environment


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EnvironmentUnavailable(f"environment file {path} cannot be read: {error}") from error


def _execute(name: str, source: str, path: str) -> Environment:
    module = types.ModuleType(f"rewardsmith_environment_{name.replace('-', '_')}")
    module.__file__ = path
    try:
        with resources.as_imported(module):
            exec(compile(source, path, "exec"), module.__dict__)  # noqa: S102  the user's own file
    except (Exception, SystemExit) as error:
        kind = "" if isinstance(error, RewardsmithError) else f"{type(error).__name__}: "
        raise EnvironmentUnavailable(
            f"environment file {path} does not load: {kind}{error}"
        ) from error
    environment = getattr(module, "environment", None)
    if not isinstance(environment, Environment):
        raise EnvironmentUnavailable(
            f"environment file {path} must define `environment = Environment(...)`"
        )
    return replace(environment, description=(module.__doc__ or "").strip())


def _with_overrides(environment: Environment, specification: dict[str, Any]) -> Environment:
    """The chosen task with the words and the fitness that were given instead of its own.

    New words on an environment whose task nobody named are another goal: the fitness of its first
    task does not measure it.
    """
    changes: dict[str, Any] = {}
    if words := specification.get("words"):
        changes["words"] = words
        if not specification.get("task") and not specification.get("fitness"):
            changes |= {"name": "goal", "fitness": unmeasured, "maximum": None, "unit": ""}
            changes |= {"success": None, "sparse_reward": None, "human_reward": None}
            changes |= {"reduce": "sum"}
    if expression := specification.get("fitness"):
        typed = fitness_expression(expression, environment.reader().names())
        changes |= {"fitness": typed, "maximum": None, "unit": ""}
        changes |= {"success": None, "sparse_reward": None}
    if reduce := specification.get("reduce"):
        changes["reduce"] = reduce
    if not changes:
        return environment
    return replace(environment, tasks=(replace(environment.task, **changes),), task_name="")


class _Attributes:
    """Gives the entries of a mapping as attributes."""

    def __init__(self, mapping: Mapping[str, Array]) -> None:
        self._mapping = mapping

    def __getattr__(self, name: str) -> Array:
        if name not in self._mapping:
            raise UsageError(unknown_name("entry of info", name, self._mapping))
        return self._mapping[name]


def fitness_expression(expression: str, names: Collection[str]) -> Callable[[SignalView], Array]:
    """A fitness from what a person typed: signals (of `names`), `info.NAME`, `np`, `abs`."""
    try:
        tree = ast.parse(expression.strip(), "<fitness>", "eval")
    except SyntaxError as error:
        raise UsageError(f"--fitness {expression!r} is not an expression: {error.msg}") from error
    code = compile(tree, "<fitness>", "eval")
    known = {"info", "np", "s", "abs"}
    wanted = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} - known
    for name in sorted(wanted.difference(names)):
        raise UsageError(unknown_name("signal in --fitness,", name, names))

    def fitness(s: SignalView) -> Array:
        scope: dict[str, Any] = {"info": _Attributes(s.info), "np": np, "s": s, "abs": np.abs}
        scope |= {name: s.get(name) for name in wanted}
        value = np.asarray(eval(code, {"__builtins__": {}}, scope))  # noqa: S307  the user's own
        return value if value.ndim else np.broadcast_to(value, s.episode_step.shape)

    return fitness


def environment_names() -> tuple[str, ...]:
    """All environments that `load_environment` finds, sorted."""
    return resources.names("environments", ".py")


def environment_path(name: str) -> Path | None:
    """The file that `name` is loaded from."""
    return resources.find("environments", f"{name}.py")
