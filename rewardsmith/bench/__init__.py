"""The bench: what this machine simulates and trains in a second, and where the time goes.

Simulation alone and training take turns, in the same number of processes with the same
environments, so that a machine that is busy for a while is busy for both.
"""

from __future__ import annotations

import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from rewardsmith.bank import Bank
from rewardsmith.environments import Environment
from rewardsmith.errors import TrainerFailed, UsageError
from rewardsmith.records import Record, TrainJob, TrainReward
from rewardsmith.reward import load_reward
from rewardsmith.sandbox import ArraySpec, RewardServer
from rewardsmith.workshop import Workshop

PHASES = ("simulate", "act", "reward", "update", "other")
SIGNALS = 3
"""Signals that the bench's reward reads, a component each."""
CALLS = 50
"""Reward calls that are timed."""


class BenchPlan(Record, frozen=True):
    """What is measured."""

    members: int = 16
    """Candidates that train together, one seed each."""
    seconds: float = 3.0
    """Seconds of one measurement."""
    rounds: int = 3
    """Times that simulation and training take turns."""
    steps: int | None = None
    """Environment steps of a policy, for candidates an hour; the task's own if unset."""
    seeds: int = 2
    """Policies of a candidate, for candidates an hour."""
    settings: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])
    """Hyper-parameters of the trainer, over the task's own."""


class Range(Record, frozen=True):
    """A median with the smallest and the largest value."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Range:
        """The range of some values."""
        return cls(median=statistics.median(values), low=min(values), high=max(values))


class RewardCall(Record, frozen=True):
    """One call of a reward on a member's block, in microseconds."""

    rows: int
    process: Range
    """In its reward process: inputs copied in, answer copied out."""
    here: Range
    """The same function on the same rows without a process."""


class BenchResult(Record, frozen=True):
    """What was measured, with the machine."""

    machine: str
    environment: str
    backend: str
    workers: int
    device: str
    """Where the members were: host, or with their simulator on cpu or cuda."""
    plan: BenchPlan
    simulation: Range
    """Environment steps a second of simulation alone, with random actions."""
    training: Range
    """Environment steps a second of training."""
    ratio: Range
    """Training over simulation alone, round by round."""
    phases: dict[str, Range]
    """Share of the workers' training time."""
    reward_call: RewardCall
    candidates_per_hour: Range
    """At this speed, for the task's steps; without start-up and evaluation."""


@dataclass(frozen=True, slots=True)
class _Round:
    """What the workers measured at once."""

    speed: float
    """Environment steps a second, of all together."""
    share: Mapping[str, float]
    """Of the time, by phase."""
    workers: int
    device: str


def bench(
    environment: Environment,
    plan: BenchPlan | None = None,
    *,
    workshop: Workshop | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> BenchResult:
    """Measure an environment on this machine.

    Raises UsageError for a plan that cannot be, EnvironmentUnavailable where the environment does
    not start.
    """
    plan = plan or BenchPlan()
    if min(plan.members, plan.rounds, plan.seeds) < 1 or plan.seconds <= 0:
        raise UsageError("members, rounds and seconds of a bench must be above 0")
    if workshop is None:
        with Workshop() as shop:
            return bench(environment, plan, workshop=shop, tell=tell)
    tell("recording the environment's bank, where it is not there yet")
    bank = workshop.bank(environment)
    source = bench_reward(environment, bank)
    simulated: list[float] = []
    trained: list[_Round] = []
    for number in range(plan.rounds):
        tell(f"round {number + 1} of {plan.rounds}: simulation alone, then training")
        simulated.append(_run(environment, plan, workshop, "simulate_shard", source).speed)
        trained.append(_run(environment, plan, workshop, "train_shard", source))
    speeds = [one.speed for one in trained]
    wanted = plan.seeds * (plan.steps or environment.task.steps)
    rows = min(len(bank.transitions["obs"]), _rows(environment, plan))
    return BenchResult(
        machine=machine(),
        environment=f"{environment.name}/{environment.task.name}",
        backend=environment.chosen_backend,
        workers=trained[0].workers,
        device=trained[0].device,
        plan=plan,
        simulation=Range.of(simulated),
        training=Range.of(speeds),
        ratio=Range.of([t / s for t, s in zip(speeds, simulated, strict=True)]),
        phases={phase: Range.of([one.share[phase] for one in trained]) for phase in PHASES},
        reward_call=time_reward_call(workshop.rewards, source, bank, rows),
        candidates_per_hour=Range.of([3600.0 * speed / wanted for speed in speeds]),
    )


def machine() -> str:
    """The machine in a line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{platform.system()} {platform.machine()}, {cores} cores, {memory:.0f} GiB"


def bench_reward(environment: Environment, bank: Bank) -> str:
    """A reward of up to three components, each of one signal."""
    names = [
        signal.name
        for signal in environment.signals
        if bank.transitions[signal.name].dtype.kind in "fi"
    ][:SIGNALS] or ["next_obs"]
    lines = [f"def compute_reward({', '.join(names)}):"]
    for number, name in enumerate(names):
        axes = tuple(range(1, bank.transitions[name].ndim))
        value = f"np.tanh({name})" + (f".sum(axis={axes})" if axes else "")
        lines.append(f"    part_{number} = {value}")
    parts = [f"part_{number}" for number in range(len(names))]
    told = ", ".join(f'"{part}": {part}' for part in parts)
    lines.append(f"    return {' + '.join(parts)}, {{{told}}}")
    return "\n".join(lines) + "\n"


def _rows(environment: Environment, plan: BenchPlan) -> int:
    from rewardsmith.training.settings import resolve_settings

    return resolve_settings(environment.task.settings, plan.settings).rows


def _run(
    environment: Environment, plan: BenchPlan, workshop: Workshop, function: str, source: str
) -> _Round:
    """All workers once."""
    from rewardsmith.bench.shards import SECONDS, read_measured

    with tempfile.TemporaryDirectory() as folder:
        job = TrainJob(
            id="bench",
            environment=environment.specification,
            rewards=tuple(
                TrainReward(id=f"c{number:02d}", source=source) for number in range(plan.members)
            ),
            seeds=(0,),
            steps=plan.steps or environment.task.steps,
            folder=folder,
            settings={
                **plan.settings,
                "trainer": f"rewardsmith.bench.shards:{function}",
                SECONDS: plan.seconds,
            },
        )
        for _ in workshop.trainer.train(job):
            pass
        measured = read_measured(Path(folder))
    if not measured or not all(part.steps for part in measured):
        raise TrainerFailed(
            f"no block was done in {plan.seconds:g} s; give the bench more time: --seconds"
        )
    speed = sum(part.steps / part.seconds for part in measured)
    total = sum(part.seconds for part in measured)
    share = {
        phase: sum(part.phases.get(phase, 0.0) for part in measured) / total for phase in PHASES
    }
    share["other"] = 1.0 - sum(share.values())
    return _Round(speed, share, len(measured), measured[0].device)


def time_reward_call(server: RewardServer, source: str, bank: Bank, rows: int) -> RewardCall:
    """What one call costs in a reward process and without one, on the bank's rows."""
    reward = load_reward(source)
    inputs = {
        name: np.ascontiguousarray(bank.transitions[name][:rows]) for name in reward.parameters
    }
    specs = [ArraySpec(n, values.shape[1:], values.dtype.name) for n, values in inputs.items()]
    process: list[float] = []
    here: list[float] = []
    with server.open(source, specs, rows) as opened:

        def call() -> None:
            for name, values in inputs.items():
                np.copyto(opened.inputs[name][:rows], values)
            opened.call(rows)

        for _ in range(CALLS):
            process.append(_microseconds(call))
            here.append(_microseconds(lambda: reward(**inputs)))
    return RewardCall(rows=rows, process=Range.of(process[1:]), here=Range.of(here[1:]))


def _microseconds(function: Callable[[], object]) -> float:
    began = time.perf_counter()
    function()
    return (time.perf_counter() - began) * 1e6
