"""Inspection: whether an environment keeps what its file says, on real steps of its simulator.

Runs in a worker, for it makes simulators and executes a person's file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np

from rewardsmith.environments import Environment, Task, environment_from_specification
from rewardsmith.errors import BackendUnavailable, RewardsmithError
from rewardsmith.records import Record
from rewardsmith.signals import Array, Signal, SignalView, Transitions
from rewardsmith.training.own_rewards import own_reward, require_one_number_a_row
from rewardsmith.training.record import cut, event_rows_of
from rewardsmith.training.trial import COPIES, STEPS, Trial, try_out

NEAR = 1e-6
"""How far beyond a declared end a value may lie, of the end's own size."""
TOLD = 3
"""Faults of one kind that are told."""


class Check(Record, frozen=True):
    """One thing that was looked at."""

    name: str
    passed: bool
    sentence: str
    warning: bool = False
    """It may be meant, and is worth a look."""


def inspect(*, specification: dict[str, Any]) -> list[dict[str, Any]]:
    """Every `Check` of an environment and its tasks.

    Raises BackendUnavailable where it cannot be looked at here.
    """
    try:
        environment = environment_from_specification(specification)
    except BackendUnavailable:
        raise
    except RewardsmithError as error:
        return [msgspec.to_builtins(_wrong("declarations", error))]
    tasks = (environment.task,) if environment.task_name else environment.tasks
    told = f"{len(environment.signals)} signals; tasks: {', '.join(t.name for t in tasks)}"
    checks = [_ok("declarations", told)]
    groups: dict[str, list[Task]] = {}
    for task in tasks:
        groups.setdefault(repr(sorted(task.options.items())), []).append(task)
    for group in groups.values():
        checks += _simulated(replace(environment, task_name=group[0].name), group)
    return msgspec.to_builtins(checks)


def _simulated(environment: Environment, tasks: Sequence[Task]) -> Iterator[Check]:
    """What takes a simulator, for tasks with the same options of one."""
    try:
        trial, again = try_out(environment), try_out(environment)
    except BackendUnavailable:
        raise
    except RewardsmithError as error:
        yield _wrong("simulator", error)
        return
    yield _ok("simulator", _simulator_words(environment, trial))
    yield _repeats(trial, again)
    yield _begins(trial)
    rate = COPIES * STEPS / again.seconds
    told = f"{rate:,.0f} environment steps a second with {COPIES} environments in one process"
    yield _ok("speed", told)
    reader = environment.reader()
    view = reader.view(trial.transitions)
    unread = [told for name in reader.signals if (told := _unread(view, name))]
    if unread:
        yield Check(name="signals", passed=False, sentence="; ".join(unread[:TOLD]))
        return
    yield from _signals(environment, view, trial.valid)
    for task in tasks:
        yield from _task(replace(environment, task_name=task.name), view, trial.valid)


def _simulator_words(environment: Environment, trial: Trial) -> str:
    space, limit = trial.action_space, trial.time_limit
    acts = f"{space.count} choices" if space.discrete else f"actions {space.shape}"
    ends = "no time limit" if limit is None else f"episodes of {limit} steps at most"
    name = environment.chosen_backend
    shape: object = trial.observation_shape
    if type(trial.observation_space).__name__ == "Discrete":
        shape = f"{shape}, one-hot of a number"
    return f"{name} {environment.backends[name]}: observations {shape}, {acts}, {ends}"


# ---------------------------------------------------------------- the simulator


def _repeats(trial: Trial, again: Trial) -> Check:
    """Whether the same seeds and actions lead to the same."""
    one, other = (_numbers(r.transitions) | {"valid": r.valid} for r in (trial, again))
    differs = {
        name: step
        for name in one
        if (step := _first_difference(one[name], other[name])) is not None
    }
    if not differs:
        return _ok("determinism", f"{COPIES} seeds, {STEPS} steps: twice the same, bit for bit")
    name = min(differs, key=lambda key: differs[key])
    told = (
        f"with the same seeds and actions {name} is another one from step {differs[name]} on; seed "
        "all that is drawn by the seed of the reset, or results can neither be repeated nor resumed"
    )
    return Check(name="determinism", passed=False, sentence=told)


def _numbers(transitions: Transitions) -> dict[str, Array]:
    names = ("obs", "next_obs", "terminated", "truncated", "simulator_reward")
    found = {name: getattr(transitions, name) for name in names}
    return found | {f"info[{name!r}]": value for name, value in transitions.info.items()}


def _first_difference(one: Array, other: Array) -> int | None:
    alike = (one == other) | ((one != one) & (other != other))  # noqa: PLR0124  NaN is itself here
    rows = np.flatnonzero(~alike.reshape(len(alike), -1).all(axis=1))
    return int(rows[0]) if len(rows) else None


def _begins(trial: Trial) -> Check:
    """Whether seeds begin differently."""
    first = trial.transitions.obs[0].reshape(COPIES, -1)
    if (first == first[:1]).all():
        told = f"all {COPIES} seeds begin with the same observation; is the seed of the reset used?"
        return Check(name="seeds", passed=True, sentence=told, warning=True)
    return _ok("seeds", f"{COPIES} seeds begin in {len(np.unique(first, axis=0))} ways")


# ---------------------------------------------------------------- signals


def _unread(view: SignalView, name: str) -> str:
    """Why a signal or what it was before cannot be had; nothing where it can."""
    try:
        view.get(name)
        view.get(f"previous_{name}")
    except RewardsmithError as error:
        return str(error)
    return ""


def _signals(environment: Environment, view: SignalView, valid: Array) -> Iterator[Check]:
    values = {signal.name: view.get(signal.name)[valid] for signal in environment.signals}
    rows = int(valid.sum())
    yield _ok("signals", f"all computed on {rows:,} transitions, with the shapes that are declared")
    endless = [name for name, v in values.items() if not np.isfinite(v).all()]
    yield _none_of("finite", endless, "not finite on every transition", "every number is finite")
    outside = [told for s in environment.signals if (told := _outside(s, values[s.name]))]
    declared = sum(s.low is not None or s.high is not None for s in environment.signals)
    told = f"all of {declared} declared ranges hold"
    yield _none_of("ranges", outside, "", told, warning=True)
    mute = [s.name for s in environment.signals if not s.description.strip()]
    units = dict.fromkeys(s.unit for s in environment.signals if s.unit)
    told = f"every signal is described; units: {', '.join(units) or 'none'}"
    yield _none_of("words", mute, "without a description", told, warning=True)
    still = [name for name, v in values.items() if (v == v[:1]).all()]
    told = "every signal changes"
    yield _none_of("changes", still, "the same on every transition", told, warning=True)


def _outside(signal: Signal, values: Array) -> str:
    """How far a signal leaves the range that is declared; nothing where it does not."""
    known = values[np.isfinite(values)].astype(np.float64)
    if not known.size:
        return ""
    low = signal.low is not None and known.min() < signal.low - NEAR * max(1.0, abs(signal.low))
    high = signal.high is not None and known.max() > signal.high + NEAR * max(1.0, abs(signal.high))
    if not low and not high:
        return ""
    ends = [f"{end:g}" if end is not None else "…" for end in (signal.low, signal.high)]
    return (
        f"{signal.name} is declared from {ends[0]} to {ends[1]} and was {known.min():.4g} to "
        f"{known.max():.4g}"
    )


# ---------------------------------------------------------------- a task


def _task(environment: Environment, view: SignalView, valid: Array) -> Iterator[Check]:
    task = environment.task
    yield _fitness(environment, view, valid)
    try:
        kinds = [
            kind
            for kind, reward in (("human", task.human_reward), ("sparse", task.sparse_reward))
            if reward is not None and len(own_reward(environment, kind, view, valid))
        ]
        require_one_number_a_row(environment, view.transitions, valid)
        told = ", ".join(f"{kind} reward" for kind in kinds) or "no human or sparse reward"
        yield _ok(f"rewards of {task.name}", f"{told}; each row is computed on its own")
    except RewardsmithError as error:
        yield _wrong(f"rewards of {task.name}", error)
    if task.events:
        yield _events(environment, view, valid)


def _fitness(environment: Environment, view: SignalView, valid: Array) -> Check:
    task = environment.task
    name = f"fitness of {task.name}"
    if not task.measured:
        return _ok(name, "none: behaviours are compared")
    try:
        steps = own_reward(environment, "fitness", view, valid)
    except RewardsmithError as error:
        return _wrong(name, error)
    worth = [task.episode_fitness(steps[span.rows]) for span in cut(view.transitions, valid)]
    if not worth:
        return _ok(name, f"computed on {int(valid.sum()):,} transitions")
    low, high = min(worth), max(worth)
    told = f"{low:.4g} to {high:.4g} {task.unit}".rstrip()
    told += f" on {len(worth)} episodes or segments of random actions"
    if task.maximum is not None and high > task.maximum + NEAR * max(1.0, abs(task.maximum)):
        told += f", above the maximum that is declared, {task.maximum:g}"
        return Check(name=name, passed=False, sentence=told)
    if low == high:
        told += "; nothing is learned from it alone, where more is never reached by accident"
    return Check(name=name, passed=True, sentence=told, warning=low == high)


def _events(environment: Environment, view: SignalView, valid: Array) -> Check:
    name = f"events of {environment.task.name}"
    declared = (*(s.name for s in environment.signals), "action", "terminated")
    known = (*declared, "truncated", "episode_step")
    try:
        rows = event_rows_of(environment, {key: view.get(key)[valid] for key in known})
    except RewardsmithError as error:
        return _wrong(name, error)
    return _ok(name, ", ".join(f"{key} on {_share(found)}" for key, found in rows.items()))


def _share(rows: Array) -> str:
    return f"{np.mean(rows):.1%} of the transitions"


def _ok(name: str, sentence: str) -> Check:
    return Check(name=name, passed=True, sentence=sentence)


def _wrong(name: str, error: Exception) -> Check:
    return Check(name=name, passed=False, sentence=str(error))


def _none_of(
    name: str, found: Sequence[str], fault: str, otherwise: str, *, warning: bool = False
) -> Check:
    """The first of what has the fault; `otherwise` where nothing has."""
    if not found:
        return _ok(name, otherwise)
    more = f" and {len(found) - TOLD} more" if len(found) > TOLD else ""
    told = "; ".join(found[:TOLD]) if not fault else f"{fault}: {', '.join(found[:TOLD])}"
    return Check(name=name, passed=warning, sentence=told + more, warning=warning)
