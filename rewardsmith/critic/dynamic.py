"""The dynamic critic: a dry run of a candidate in the reward process, on recorded transitions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from rewardsmith.bank import Bank
from rewardsmith.critic import findings
from rewardsmith.critic.behaviour import Trial
from rewardsmith.critic.words import failure_reason
from rewardsmith.errors import RewardFailed
from rewardsmith.records import Reason
from rewardsmith.sandbox import ArraySpec, RewardLimits, RewardOutput
from rewardsmith.signals import Array

LIMITS = RewardLimits(call_seconds=2.0, open_seconds=5.0, cpu_seconds=20)
SLOW_SECONDS = 0.04
"""A call on 2,048 rows that takes longer is told as a warning."""
_TIMED_AGAIN = 2
"""A call that was slow is timed again: a busy machine is no fault of the code."""
_BASE_ROWS = 4
"""Recorded rows in which signals are put to the ends of their ranges."""
_SINGLE_ROWS = 4
_MOST_SINGLE = 40
_MOST_COLUMNS = 4
_RECORDED = "of recorded transitions"
_EPISODES = "of recorded episodes"
_ENDS = "with one signal at an end of its range"


class Process(Protocol):
    """A reward process, as far as the critic needs it."""

    @property
    def inputs(self) -> dict[str, Array]:
        """Writable arrays (capacity, *shape)."""
        ...

    def call(self, rows: int) -> RewardOutput:
        """Reward of the first rows; RewardFailed where the candidate fails."""
        ...

    def close(self) -> None:
        """End it."""
        ...


class Server(Protocol):
    """What opens reward processes."""

    def open(
        self,
        source: str,
        inputs: Sequence[ArraySpec],
        capacity: int,
        *,
        limits: RewardLimits = ...,
        check: bool = True,
    ) -> Process:
        """A process that has compiled the candidate; RewardFailed where that fails."""
        ...


@dataclass(slots=True)
class Run:
    """One dry run: the open processes, and what came out on the recorded transitions."""

    recorded: dict[str, Array]
    rows: int
    reasons: list[Reason] = field(default_factory=list[Reason])
    output: RewardOutput | None = None
    seconds: float = 0.0
    """How long the first call took."""
    trial: Trial | None = None
    """The totals along the bank's episodes, where they were asked for."""


def dry_run(source: str, recorded: dict[str, Array], bank: Bank, server: Server) -> Run:
    """Call a candidate in two processes in every way that must give the same."""
    run = Run(recorded, bank.rows)
    ends = _ends(recorded, bank)
    capacity = max([bank.rows, *(len(values) for values in ends.values())])
    specifications = [ArraySpec(n, v.shape[1:], v.dtype.name) for n, v in recorded.items()]
    opened: list[Process] = []

    def another() -> Process:
        opened.append(server.open(source, specifications, capacity, limits=LIMITS))
        return opened[-1]

    when = ""
    try:
        run.output = _first_call(another(), run)
        if all(reason.warning for reason in run.reasons):
            when = "when it is called again: "
            run.reasons.extend(_again(opened[0], another, run, run.output))
            when = f"{_ENDS}: "
            run.reasons.extend(_at_ends(opened[0], ends))
            when = "when it is called on other rows: "
            run.reasons.extend(_batches(opened[-1], run, run.output))
            when = f"{_EPISODES}: "
            run.trial = _along_episodes(opened[-1], run, bank)
    except RewardFailed as failure:
        run.reasons.append(failure_reason(failure, recorded, when))
    finally:
        for process in opened:
            process.close()
    return run


def total_of(source: str, recorded: Mapping[str, Array], server: Server) -> Array:
    """The total of a candidate that passed, on recorded transitions, (rows,)."""
    rows = len(next(iter(recorded.values())))
    specifications = [ArraySpec(n, v.shape[1:], v.dtype.name) for n, v in recorded.items()]
    process = server.open(source, specifications, rows, limits=LIMITS)
    try:
        _fill(process, recorded)
        return process.call(rows).total
    finally:
        process.close()


def _first_call(process: Process, run: Run) -> RewardOutput:
    """All recorded rows: finite, and soon."""
    _fill(process, run.recorded)
    output, run.seconds = _timed(process, run.rows)
    for _ in range(_TIMED_AGAIN):
        if run.seconds > SLOW_SECONDS:
            run.seconds = min(run.seconds, _timed(process, run.rows)[1])
    run.reasons.extend(findings.not_finite(output, run.recorded, _RECORDED))
    if not run.reasons and run.seconds > SLOW_SECONDS:
        message = (
            f"a call on {run.rows} rows takes {run.seconds * 1000:.0f} ms; compute on whole "
            "arrays, without loops over rows"
        )
        run.reasons.append(Reason(rule="slow", message=message, warning=True))
    return output


def _timed(process: Process, rows: int) -> tuple[RewardOutput, float]:
    """The output of a call and its seconds."""
    begin = time.perf_counter()
    output = process.call(rows)
    return output, time.perf_counter() - begin


def _again(
    first: Process, another: Callable[[], Process], run: Run, output: RewardOutput
) -> Iterator[Reason]:
    """The same rows again, in this process and in another, give exactly the same."""
    what, where = findings.differs(output, first.call(run.rows), exact=True), "in a second call"
    if what is None:
        second = another()
        _fill(second, run.recorded)
        what = findings.differs(output, second.call(run.rows), exact=True)
        where = "in another process"
    if what is not None:
        message = f"{what} differs {where} on the same rows; keep nothing between calls"
        yield Reason(rule="deterministic", message=message)


def _batches(process: Process, run: Run, output: RewardOutput) -> Iterator[Reason]:
    """A row's reward does not depend on the rows beside it, nor on their order or number."""
    rows = run.rows
    permutation = np.random.default_rng(0).permutation(rows)
    half = rows // 2
    parts = {
        "in another order": [permutation],
        "in two halves": [np.arange(half), np.arange(half, rows)],
        "one at a time": [np.array([row]) for row in _odd_rows(run, permutation)],
    }
    for words, batches in parts.items():
        for batch in (b for b in batches if len(b)):
            _fill(process, {name: values[batch] for name, values in run.recorded.items()})
            what = findings.differs(_rows(output, batch), process.call(len(batch)))
            if what is not None:
                message = (
                    f"{what} of a row changes when the rows come {words}: each row's reward must "
                    "follow from its own signals; leave out means, maxima and ranks over the batch "
                    "(use axis=-1); for a change over time take previous_NAME"
                )
                yield Reason(rule="batch", message=message)
                return


def _odd_rows(run: Run, permutation: Array) -> list[int]:
    """Rows to be tried alone: some of them, and those where a signal is lowest or highest.

    What asks a batch whether all of it has ended, or any has fallen, shows only there.
    """
    rows = [int(row) for row in permutation[:_SINGLE_ROWS]]
    for values in run.recorded.values():
        columns = values.reshape(run.rows, -1)[:, :_MOST_COLUMNS]
        rows += [int(row) for ends in (columns.argmin(0), columns.argmax(0)) for row in ends]
    return list(dict.fromkeys(rows))[:_MOST_SINGLE]


def _at_ends(process: Process, ends: Mapping[str, Array]) -> Iterator[Reason]:
    """Finite where a signal stands at an end of its range."""
    rows = len(next(iter(ends.values()))) if ends else 0
    if rows:
        _fill(process, ends)
        yield from findings.not_finite(process.call(rows), ends, _ENDS)


def _along_episodes(process: Process, run: Run, bank: Bank) -> Trial | None:
    """The total on every step of the bank's episodes; None where it cannot or need not be had."""
    episodes = bank.episodes
    if not episodes or any(not r.warning for r in run.reasons):
        return None
    if any(name not in episodes[0].signals for name in run.recorded):
        return None
    rows = {n: np.concatenate([e.signals[n] for e in episodes]) for n in run.recorded}
    totals: list[Array] = []
    for low in range(0, sum(episode.length for episode in episodes), run.rows):
        part = {name: values[low : low + run.rows] for name, values in rows.items()}
        _fill(process, part)
        output = process.call(len(next(iter(part.values()))))
        run.reasons.extend(findings.not_finite(output, part, _EPISODES))
        if any(not reason.warning for reason in run.reasons):
            return None
        totals.append(output.total)
    return Trial.of(episodes, np.concatenate(totals))


def _fill(process: Process, values: Mapping[str, Array]) -> None:
    """Write the first rows of a process's inputs."""
    for name, rows in values.items():
        process.inputs[name][: len(rows)] = rows


def _rows(output: RewardOutput, batch: Array) -> RewardOutput:
    """The output of some rows."""
    components = {name: values[batch] for name, values in output.components.items()}
    return RewardOutput(output.total[batch], components)


def _ends(recorded: Mapping[str, Array], bank: Bank) -> dict[str, Array]:
    """A few recorded rows again and again, each time with one signal at an end of its range."""
    base = {name: values[:_BASE_ROWS] for name, values in recorded.items()}
    blocks = [
        {**base, name: np.full_like(base[name], end)}
        for name in recorded
        if name in bank.ranges and recorded[name].dtype.kind != "b"
        for end in bank.ranges[name]
        if np.isfinite(end)
    ]
    if not blocks:
        return {}
    return {name: np.concatenate([block[name] for block in blocks]) for name in recorded}
