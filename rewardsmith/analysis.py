"""The analysis of one reward: what its components do on recorded transitions, and what ails them.

For a reward file the bank's episodes are all there is, until it was trained; a run's candidate has
its training as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from rewardsmith import stats
from rewardsmith.analyzer import (
    Agreement,
    Base,
    bank_findings,
    base_on,
    columns_on,
    task_facts,
)
from rewardsmith.bank import Bank
from rewardsmith.diagnosis import diagnosis_of
from rewardsmith.environments import Environment
from rewardsmith.errors import RewardFailed, UsageError, unknown_name
from rewardsmith.exporters import Compute
from rewardsmith.language import parse_reward
from rewardsmith.records import Diagnosis, Finding, TrainResult
from rewardsmith.run import Run
from rewardsmith.search.goals import ranking_of
from rewardsmith.signals import Array, Signal
from rewardsmith.telling import judged_findings


@dataclass(frozen=True, slots=True)
class ComponentFacts:
    """One component, or the total, on the recorded steps."""

    name: str
    mean: float
    spread: float
    share: float
    """Its spread over the sum of all components' spreads; 1 for the total."""
    active: float
    """Part of the steps on which it is not zero."""
    trend: float | None
    """Rank correlation with the step of the episode, the mean over episodes."""
    agreement: Agreement
    """How it goes with fitness, by step and by episode."""
    training: float | None = None
    """Rank correlation of its mean with fitness along training, the mean over seeds."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The arrays behind an analysis, (steps, ...), for plots; episodes one after another."""

    signals: Mapping[str, Array]
    columns: Mapping[str, Array]
    """`` is the total; then every component."""
    episode: Array
    """Which episode each step belongs to."""
    fitness: Array
    """Of each episode, (episodes,)."""
    declared: tuple[Signal, ...] = ()
    used: tuple[str, ...] = ()
    """The reward's parameters."""

    def scalar(self, name: str) -> Array:
        """A signal, or one number `NAME[i]` of it, on every step; UsageError where unknown."""
        base, _, index = name.partition("[")
        if base not in self.signals:
            raise UsageError(unknown_name("signal", base, self.signals))
        values = self.signals[base]
        if values.ndim == 1 and not index:
            return values.astype(np.float64)
        flat = values.reshape(len(values), -1)
        number = index.removesuffix("]")
        if not number.isdigit() or int(number) >= flat.shape[1]:
            raise UsageError(
                f"signal {base!r} has {flat.shape[1]} numbers; say which, as in {base}[0]"
            )
        return flat[:, int(number)].astype(np.float64)

    def unit(self, name: str) -> str:
        """The declared unit of a signal, or nothing."""
        base = name.partition("[")[0].removeprefix("previous_")
        return next((signal.unit for signal in self.declared if signal.name == base), "")


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is known of a reward without asking anybody."""

    name: str
    environment: str
    episodes: int
    """Recorded episodes of simple policies that the numbers are of."""
    steps: int
    total: ComponentFacts
    components: tuple[ComponentFacts, ...]
    """The largest share first."""
    findings: tuple[Finding, ...]
    """The gravest first: of the training where there was one, else of the recorded episodes."""
    recorded: Recorded
    measured: bool = True
    """Whether the task has a fitness that components can agree with."""
    task: str = ""
    """The task whose fitness decides; nothing where a recording is all there is."""
    numbers: str = ""
    """The training in numbers, where there was one."""
    result: TrainResult | None = None
    source: str = ""
    """The reward's code, as it was analyzed."""

    @property
    def place(self) -> str:
        """`ENVIRONMENT/TASK`."""
        return f"{self.environment}/{self.task}" if self.task else self.environment


def analyze_source(
    source: str, name: str, environment: Environment, bank: Bank, compute: Compute
) -> Analysis:
    """The analysis of a reward's source on the bank's episodes.

    Raises UsageError where the bank has too few episodes or lacks a signal, RewardFailed where
    the reward cannot be computed.
    """
    columns = columns_on(source, bank, compute)
    _require_finite(columns)
    base = base_on(bank, columns)
    episode = np.repeat(np.arange(len(bank.episodes)), [e.length for e in bank.episodes])
    recorded = Recorded(
        signals={
            name: np.concatenate([e.signals[name] for e in bank.episodes])
            for name in bank.episodes[0].signals
        },
        columns=columns,
        episode=episode,
        fitness=np.array([e.fitness for e in bank.episodes]),
        declared=environment.signals,
        used=parse_reward(source).parameters,
    )
    components = [_facts(key, recorded, base) for key in columns if key]
    return Analysis(
        name=name,
        environment=environment.name,
        episodes=len(bank.episodes),
        steps=len(episode),
        total=_facts("", recorded, base),
        components=tuple(sorted(components, key=lambda c: (-c.share, c.name))),
        findings=bank_findings(base, task_facts(environment, bank)),
        recorded=recorded,
        measured=environment.task.measured,
        task=environment.task.name if environment.tasks else "",
        source=source,
    )


def _require_finite(columns: Mapping[str, Array]) -> None:
    """Raises RewardFailed where the total or a component is no number on a recorded step."""
    for name, values in columns.items():
        bad = ~np.isfinite(values)
        if bad.any():
            raise RewardFailed(
                "not finite",
                f"{name or 'the total'} is no finite number on {bad.sum()} of {bad.size} recorded "
                f"steps (the first of them is {float(values[bad][0])})",
            )


def analyze_candidate(run: Run, name: str, bank: Bank, compute: Compute) -> Analysis:
    """The analysis of a run's candidate: on the bank, and of its training where it had one."""
    archive = run.archive
    if name not in archive.candidates:
        raise UsageError(unknown_name("candidate", name, archive.candidates))
    candidate = archive.candidates[name]
    found = analyze_source(candidate.source, name, run.environment, bank, compute)
    result = archive.results.get((name, "selection"))
    if result is None:
        return found
    facts = task_facts(run.environment, bank, ranking_of(run.environment, run.config))
    base = base_on(bank, found.recorded.columns)
    told = with_training(found, result, diagnosis_of(candidate, result, run.folder, facts, base))
    return replace(told, findings=judged_findings(archive, told.findings))


def with_training(found: Analysis, result: TrainResult, diagnosis: Diagnosis) -> Analysis:
    """The analysis of a reward that was trained: what is found is its training's diagnosis."""
    components = tuple(
        replace(c, training=_along_training(c.name, result)) for c in found.components
    )
    return replace(
        found,
        components=components,
        findings=diagnosis.findings,
        numbers=diagnosis.text,
        result=result,
    )


def _facts(name: str, recorded: Recorded, base: Base) -> ComponentFacts:
    values = np.asarray(recorded.columns[name], dtype=np.float64)
    parts = [np.asarray(v).std() for key, v in recorded.columns.items() if key]
    whole, spread = float(np.sum(parts)), float(values.std())
    return ComponentFacts(
        name=name or "total",
        mean=float(values.mean()),
        spread=spread,
        share=1.0 if not name else spread / whole if whole > 0 else 0.0,
        active=float(np.mean(values != 0)),
        trend=_trend(values, recorded.episode),
        agreement=base.components[name] if name else base.total,
    )


def _trend(values: Array, episode: Array) -> float | None:
    """Rank correlation with time along each episode, the mean over those where it varies."""
    parts = np.split(values, np.flatnonzero(np.diff(episode)) + 1)
    known = [stats.spearman(np.arange(len(part)), part) for part in parts]
    found = [value for value in known if value is not None]
    return float(np.mean(found)) if found else None


def _along_training(name: str, result: TrainResult) -> float | None:
    """Rank correlation of a component's mean with fitness along training, mean over seeds."""
    found: list[float] = []
    for member in result.members:
        for curve in (c for c in member.components if c.name == name):
            points = zip(curve.mean, member.curve_fitness, strict=False)
            known = [(m, f) for m, f in points if m is not None and f is not None]
            relation = stats.spearman([m for m, _ in known], [f for _, f in known])
            found += [] if relation is None else [relation]
    return float(np.mean(found)) if found else None
